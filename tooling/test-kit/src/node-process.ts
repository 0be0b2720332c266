import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';

export interface NodeProcessOptions {
  readonly args?: readonly string[];
  /** All variables the process gets, `PATH` aside. */
  readonly env?: Readonly<Record<string, string>>;
  /** Module to `--import` first; a package name is resolved from `cwd`. */
  readonly preload?: string;
  readonly cwd?: string;
  /** Runs what is built, in our packages, too, instead of the sources. */
  readonly isBuilt?: boolean;
}

/** How a process ended. */
export interface NodeProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program of Node, with everything it printed; stop it in every case. */
export class NodeProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #end: Promise<NodeProcessEnd>;
  stdout: string = '';
  stderr: string = '';

  constructor(file: string, options: NodeProcessOptions = {}) {
    const { args = [], env = {}, preload, cwd, isBuilt = false } = options;
    const imports = preload === undefined ? [] : ['--import', preload];
    const source = isBuilt ? [] : ['--conditions=@dcc-mcp/source', '--disable-warning=ExperimentalWarning'];
    const flags = [...source, ...imports];
    this.#child = spawn(process.execPath, [...flags, file, ...args], {
      env: { PATH: process.env['PATH'], ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.#child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#end = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        resolve({ code, signal });
      });
    });
  }

  /** The first line on standard output. @throws {Error} When the process ends before it, with what it said. */
  async firstLine(): Promise<string> {
    while (!this.stdout.includes('\n')) {
      await Promise.race([once(this.#child.stdout, 'data'), this.#end]);
      if (this.#child.exitCode !== null) {
        throw new Error(`ended with ${this.#child.exitCode}: ${this.stderr}`);
      }
    }
    return this.stdout.split('\n')[0] ?? '';
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when the process has ended and its output is complete. */
  ended(): Promise<NodeProcessEnd> {
    return this.#end;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#end;
  }
}
