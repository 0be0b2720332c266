// Types what a README says, in a shell, and compares what appears with what the README shows.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { CodeBlock } from './readme.ts';
import { strangersEnv } from './run.ts';

const PATIENCE_MILLIS = 20_000;

/** The place where commands are typed. */
export interface Place {
  readonly folder: string;
  /** A free port for each one that the README names: tests run side by side. */
  readonly ports: ReadonlyMap<number, number>;
  /** Where a server of the README listens; without one every program ends by itself. */
  readonly serverPort?: number | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** The text of a README as a pattern; `…` stands for anything in a line, a line of it alone for any lines. */
export function toPattern(text: string): RegExp {
  const escaped = text.trimEnd().replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/^…$/gm, '[^]*?').replaceAll('…', '.*?')}$`);
}

/** A program that was typed and may still run. */
class Program {
  readonly #child: ChildProcess;
  /** It has ended, and all of its output is here. */
  readonly #closed: Promise<unknown>;
  readonly #shown: string[] = [];
  readonly #place: Place;
  readonly #command: string;
  output = '';

  constructor(command: string, place: Place) {
    this.#place = place;
    this.#command = command;
    this.#child = spawn('sh', ['-c', swapPorts(command, place.ports)], {
      cwd: place.folder,
      env: { ...strangersEnv, ...place.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#closed = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get #readable(): string {
    return swapPorts(this.output, new Map([...this.#place.ports].map(([shown, real]) => [real, shown]))).trimEnd();
  }

  /** Waits for what the README shows next. @throws {Error} When something else appears, or nothing in time. */
  async shows(text: string): Promise<void> {
    this.#shown.push(text.trimEnd());
    const pattern = toPattern(this.#shown.join('\n'));
    const deadline = Date.now() + PATIENCE_MILLIS;
    while (!pattern.test(this.#readable) && this.isRunning && Date.now() < deadline) {
      await wait(20);
    }
    if (!this.isRunning) {
      await this.#closed;
    }
    this.#compare(pattern);
  }

  #compare(pattern: RegExp): void {
    if (!pattern.test(this.#readable)) {
      throw new Error(`${this.#command}\nshows\n${this.#readable}\ninstead of\n${this.#shown.join('\n')}`);
    }
  }

  async #listens(): Promise<boolean> {
    const { serverPort } = this.#place;
    return this.isRunning && serverPort !== undefined && (await listens(serverPort));
  }

  /** The same command, typed once more. */
  again(): Program {
    return new Program(this.#command, this.#place);
  }

  /** Ends it if it runs. */
  async stop(): Promise<void> {
    if (this.isRunning) {
      process.kill(-Number(this.#child.pid), 'SIGTERM');
      const timer = setTimeout(() => process.kill(-Number(this.#child.pid), 'SIGKILL'), PATIENCE_MILLIS);
      await this.#closed;
      clearTimeout(timer);
    }
  }

  /** Ends a server as a terminal does. @throws {Error} When any other program goes on, or ends badly. */
  async end(): Promise<void> {
    if (await this.#listens()) {
      await this.stop();
    } else {
      await Promise.race([this.#closed, wait(PATIENCE_MILLIS, undefined, { ref: false })]);
      if (this.#child.exitCode !== 0) {
        const how = this.isRunning ? 'neither listens nor ends' : `ended with ${this.#child.exitCode}`;
        throw new Error(`${this.#command}\n${how}:\n${this.output}`);
      }
    }
    if (this.#shown.length > 0) {
      this.#compare(toPattern(this.#shown.join('\n'))); // nothing more than it shows
    }
  }
}

function swapPorts(text: string, ports: ReadonlyMap<number, number>): string {
  return text.replaceAll(/\b\d{4,5}\b/g, (digits) => String(ports.get(Number(digits)) ?? digits));
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isThere = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isThere;
}

async function untilListening(port: number): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MILLIS; !(await listens(port)); await wait(50)) {
    if (Date.now() > deadline) {
      throw new Error(`nothing listens on port ${port}`);
    }
  }
}

const isRequest = (command: string): boolean => command.startsWith('curl ');

/**
 * Types the `sh` blocks in order. A `text` block is what the command before it shows; after a request it is the answer,
 * and a second one in a row is what the first terminal shows by then. A JSON or YAML block below "`name`:" is that file.
 *
 * @param afterCommand Called with the number of each command that has ended.
 */
export async function typeBlocks(
  blocks: readonly CodeBlock[],
  place: Place,
  afterCommand: (index: number) => Promise<void> = async () => undefined,
): Promise<void> {
  let first: Program | undefined;
  let latest: Program | undefined;
  let commands = 0;
  try {
    for (const { language, code, caption } of blocks) {
      const [, file] = /`([\w.-]+)`:$/.exec(caption) ?? [];
      if (file !== undefined && language !== 'sh' && language !== 'text') {
        writeFileSync(join(place.folder, file), code);
      } else if (language === 'sh' && isRequest(code)) {
        await untilListening(place.serverPort ?? 0);
        latest = new Program(code, place);
      } else if (language === 'sh') {
        await first?.end();
        await (first === undefined ? undefined : afterCommand((commands += 1)));
        first = latest = new Program(code, place);
      } else if (language === 'text') {
        await (latest === first ? first?.shows(code) : answers(latest, code));
        latest = first;
      }
    }
    await first?.end();
  } finally {
    await first?.stop();
  }
}

/** Asks again until the answer is the one shown: a server that has just started may not know everything yet. */
async function answers(request: Program | undefined, text: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLIS;
  for (let asked = request; asked !== undefined; asked = asked.again()) {
    try {
      return await asked.shows(text);
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await wait(200);
    }
  }
}
