import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { LineFramer } from '../../protocol/line-framer.ts';
import { toPlainLine } from '../../protocol/printable-text.ts';
import { shownCommand } from '../../protocol/shown/shown-command.ts';
import { LastWords } from './last-words.ts';
import { HAS_GROUPS, processGroups } from './process-groups.ts';
import { secretMask } from './secret-mask.ts';
import { readThrottled } from './throttle.ts';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export interface ChildSettings {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface ChildEvents {
  onStdout(chunk: Buffer): void;
  /**
   * A line that has something in it, printable, with the secrets of the settings masked; `bytes` of the whole where the line is
   * its beginning.
   */
  onStderr(line: string, bytes?: number): void;
  /** The child is gone, once: it ended, was killed, or never started. `reason` ends with its last words. */
  onExit(reason: string): void;
}

const MAX_STDERR_LINE_BYTES = 8 * 1024;
/** What a child gets to end by itself after the end of stdin, and again after SIGTERM. */
const GRACE_MILLIS = 900;
/** What the rest of its group gets after SIGTERM, once the child is gone. */
const GROUP_GRACE_MILLIS = 500;
/** How often is looked whether the rest of a group has ended: nothing tells of the end of a grandchild. */
const GROUP_POLL_MILLIS = 20;
/** How long the end of a killed process may take to be seen. */
const KILLED_MILLIS = 200;
/** A child that writes more waits: reading it would take the time of the calls. */
const MAX_STDERR_BYTES_PER_SECOND = 16 * 1024 * 1024;
/** Bound of what waits for a child that does not read: more than all calls at once that an upstream is given by default. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** @throws {Error} Where the system refuses at once, which it does for few reasons; else the child tells of it. */
function start(settings: ChildSettings, env: Readonly<Record<string, string>>): Child {
  try {
    return spawn(settings.command, settings.args, {
      env,
      cwd: settings.cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      // A group of its own: Ctrl-C in a terminal ends the gateway, which lets calls finish before it ends its children,
      // and a launcher like npx is ended together with what it launched.
      detached: HAS_GROUPS,
    });
  } catch (error) {
    throw isOfSystem(error) ? new Error(toSpawnFailure(settings, error), { cause: error }) : error;
  }
}

function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/** Says in one line why a program could not be started. */
function toSpawnFailure(settings: ChildSettings, error: NodeJS.ErrnoException): string {
  const command = shownCommand(settings.command);
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    return toNotFound(settings);
  }
  return error.code === 'EACCES'
    ? `not allowed to run: ${command}`
    : `could not start ${command}: ${error.code ?? 'unknown'}`;
}

/** The system says the same of a program, of the folder that it is to run in, and of what the program is a script for. */
function toNotFound({ command, cwd }: ChildSettings): string {
  if (cwd !== undefined && statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return `no such folder: ${cwd}`;
  }
  const isScript = isAbsolute(command) && existsSync(command);
  const shown = shownCommand(command);
  return isScript ? `could not start ${shown}: what its first line names is not there` : `command not found: ${shown}`;
}

function toExitReason(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exited with code ${code}` : `ended by signal ${signal}`;
}

/**
 * A program speaking over its standard streams.
 *
 * It leads a process group, and all of the group ends with it: what it has started itself and left behind, and what a
 * launcher like npx had launched. It is asked to end by the end of its stdin, then by SIGTERM, then ended by SIGKILL.
 */
export class ChildProcess {
  readonly #child: Child;
  /** The child is gone, and so is the rest of its group. */
  readonly #ended: Promise<void>;
  readonly #exited: Promise<void>;
  /** Masks the secrets of the settings in what the child writes. */
  readonly mask: (text: string) => string;
  readonly #lastWords: LastWords;
  #isGone = false;

  constructor(settings: ChildSettings, env: Readonly<Record<string, string>>, events: ChildEvents) {
    this.mask = secretMask(settings);
    this.#lastWords = new LastWords(this.mask);
    this.#child = start(settings, env);
    const { pid } = this.#child;
    if (pid !== undefined) {
      processGroups.add(pid);
    }
    const { promise: exited, resolve } = Promise.withResolvers<void>();
    this.#exited = exited;
    this.#ended = exited.then(() => this.#endGroup());
    const gone = (reason: string): void => {
      if (!this.#isGone) {
        this.#isGone = true;
        resolve();
        const words = String(this.#lastWords);
        events.onExit(words === '' ? reason : `${reason}: ${words}`);
      }
    };
    this.#child.on('error', (error) => {
      if (this.#child.pid === undefined) {
        gone(toSpawnFailure(settings, error));
      }
    });
    // `close` comes after the last byte of stdout, `exit` may come before: an answer written on the way out counts. A
    // grandchild can hold the pipes open for ever, so `exit` ends the wait soon after.
    this.#child.on('close', (code, signal) => gone(toExitReason(code, signal)));
    this.#child.on('exit', (code, signal) => setTimeout(() => gone(toExitReason(code, signal)), 200).unref());
    this.#listen(events);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The last lines of its stderr, in one; empty where there are none. */
  get lastWords(): string {
    return String(this.#lastWords);
  }

  /** Bytes that the child has not read yet, what is in the pipe not counted. */
  get waitingBytes(): number {
    return this.#child.stdin.writableLength;
  }

  /** @returns False when too much waits already for a child that does not read; then nothing is written. */
  write(line: string): boolean {
    const { stdin } = this.#child;
    if (stdin.writableLength > 0 && stdin.writableLength + line.length > MAX_WAITING_BYTES) {
      return false;
    }
    if (stdin.writable) {
      stdin.write(line);
    }
    return true;
  }

  /** Ends the child and its group at once. */
  kill(): void {
    const { pid } = this.#child;
    if (pid !== undefined && !this.#isGone) {
      processGroups.signal(pid, 'SIGKILL');
    }
  }

  /** Ends the child and its group: end of stdin, then SIGTERM, then SIGKILL; takes at most about two seconds. */
  async close(): Promise<void> {
    const { pid, stdin } = this.#child;
    stdin.end();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (pid !== undefined && !(await this.#hasExitedWithin(GRACE_MILLIS))) {
        processGroups.signal(pid, signal);
      }
    }
    if (await this.#hasExitedWithin(KILLED_MILLIS)) {
      await this.#ended;
    }
  }

  /** Ends what the child has left behind. */
  async #endGroup(): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined) {
      return;
    }
    if (HAS_GROUPS && processGroups.signal(pid, 'SIGTERM') && !(await hasGroupEnded(pid, GROUP_GRACE_MILLIS))) {
      processGroups.signal(pid, 'SIGKILL');
      await hasGroupEnded(pid, KILLED_MILLIS);
    }
    processGroups.remove(pid);
  }

  async #hasExitedWithin(millis: number): Promise<boolean> {
    const controller = new AbortController();
    const timeout = delay(millis, false, { signal: controller.signal }).catch(() => false);
    const hasExited = await Promise.race([this.#exited.then(() => true), timeout]);
    controller.abort();
    return hasExited;
  }

  #listen(events: ChildEvents): void {
    const { stdin, stdout, stderr } = this.#child;
    stdin.on('error', () => {}); // a pipe of a dead child: `exit` tells
    stdout.on('error', () => {});
    stderr.on('error', () => {});
    stdout.on('data', (chunk: Buffer) => events.onStdout(chunk));
    const lines = new LineFramer({
      maxLineBytes: MAX_STDERR_LINE_BYTES,
      headBytes: MAX_STDERR_LINE_BYTES,
      onLine: (line) => this.#tell(events, line),
      onOverlongEnd: (head, bytes) => this.#tell(events, head, bytes),
    });
    readThrottled(stderr, MAX_STDERR_BYTES_PER_SECOND, (chunk) => lines.push(chunk));
    stderr.on('end', () => lines.end());
  }

  #tell(events: ChildEvents, line: string, bytes?: number): void {
    // Masked again: what stood between two halves of a secret may be gone.
    const text = this.mask(toPlainLine(this.mask(line), MAX_STDERR_LINE_BYTES)).trimEnd();
    if (text !== '') {
      this.#lastWords.add(line);
      events.onStderr(text, bytes);
    }
  }
}

async function hasGroupEnded(leader: number, millis: number): Promise<boolean> {
  for (const deadline = performance.now() + millis; performance.now() < deadline; await delay(GROUP_POLL_MILLIS)) {
    if (!processGroups.signal(leader, 0)) {
      return true;
    }
  }
  return false;
}
