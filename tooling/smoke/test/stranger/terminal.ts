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
      await wait(20); // the rest of its output
    }
    this.#compare(pattern);
  }

  #compare(pattern: RegExp): void {
    if (!pattern.test(this.#readable)) {
      throw new Error(`${this.#command}\nshows\n${this.#readable}\ninstead of\n${this.#shown.join('\n')}`);
    }
  }

  /** The same command, typed once more. */
  again(): Program {
    return new Program(this.#command, this.#place);
  }

  /** Ends it if it runs. */
  async stop(): Promise<void> {
    if (this.isRunning) {
      const closed = once(this.#child, 'close');
      process.kill(-Number(this.#child.pid), 'SIGTERM');
      const timer = setTimeout(() => process.kill(-Number(this.#child.pid), 'SIGKILL'), PATIENCE_MILLIS);
      await closed;
      clearTimeout(timer);
    }
  }

  /** Waits for the end of a program that ends; ends a server as a terminal does. */
  async end(): Promise<void> {
    for (let waited = 0; this.isRunning && waited < 400; waited += 20) {
      await wait(20);
    }
    const wasServer = this.isRunning;
    await this.stop();
    if (!wasServer && this.#child.exitCode !== 0) {
      throw new Error(`${this.#command}\nended with ${this.#child.exitCode}:\n${this.output}`);
    }
    if (this.#shown.length > 0) {
      this.#compare(toPattern(this.#shown.join('\n'))); // nothing more than it shows
    }
  }
}

function swapPorts(text: string, ports: ReadonlyMap<number, number>): string {
  return text.replaceAll(/\b\d{4,5}\b/g, (digits) => String(ports.get(Number(digits)) ?? digits));
}

async function untilListening(port: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) {
      return;
    }
    if (Date.now() > deadline) {
      throw new Error(`nothing listens on port ${port}`);
    }
    await wait(50);
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
        await untilListening(place.ports.get(Number(/127\.0\.0\.1:(\d+)/.exec(code)?.[1])) ?? 0);
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
