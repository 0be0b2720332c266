import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { platform } from 'node:os';
import { kill } from 'node:process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { LineFramer } from '../../protocol/line-framer.ts';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export interface ChildSettings {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface ChildEvents {
  onStdout(chunk: Buffer): void;
  onStderr(line: string): void;
  /** The child is gone, once: it ended, was killed, or never started. */
  onExit(reason: string): void;
}

const HAS_GROUPS = platform() !== 'win32';
const MAX_STDERR_LINE_BYTES = 8 * 1024;
/** What a child gets to end by itself at each step; all steps together stay below two seconds. */
const GRACE_MILLIS = [900, 900] as const;
// oxlint-disable-next-line no-control-regex -- removing control characters is the purpose
const CONTROL_CHARACTERS = /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Variables an MCP server needs to start at all; everything else of the gateway's environment (secrets!) stays here. */
const INHERITED: ReadonlySet<string> = new Set(
  (
    'HOME LOGNAME PATH SHELL TERM USER LANG LC_ALL TZ TMPDIR APPDATA COMSPEC HOMEDRIVE HOMEPATH LOCALAPPDATA PATHEXT ' +
    'PROCESSOR_ARCHITECTURE PROGRAMDATA PROGRAMFILES PROGRAMFILES(X86) PROGRAMW6432 SYSTEMDRIVE SYSTEMROOT TEMP TMP ' +
    'USERNAME USERPROFILE WINDIR'
  ).split(' '),
);

/** The environment of a child: the harmless part of ours, and what its settings say. */
export function toChildEnv(
  ours: Readonly<Record<string, string | undefined>>,
  configured: Readonly<Record<string, string>>,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(ours)) {
    if (value !== undefined && INHERITED.has(name.toUpperCase())) {
      env[name] = value;
    }
  }
  return { ...env, ...configured };
}

/** Says in one line why a program could not be started. */
function toSpawnFailure({ command, cwd }: ChildSettings, error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') {
    return `command not found: ${command}${cwd === undefined ? '' : ` (or no such folder: ${cwd})`}`;
  }
  return error.code === 'EACCES'
    ? `not allowed to run: ${command}`
    : `could not start ${command}: ${error.code ?? error.message}`;
}

function toExitReason(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exited with code ${code}` : `ended by signal ${signal}`;
}

/**
 * A program speaking over its standard streams.
 *
 * It ends when its stdin ends, so it does not outlive a gateway that was killed; one that ignores this is sent SIGTERM
 * and SIGKILL by {@link ChildProcess.close}.
 */
export class ChildProcess {
  readonly #child: Child;
  readonly #exited: Promise<void>;
  #isGone = false;

  constructor(settings: ChildSettings, env: Readonly<Record<string, string>>, events: ChildEvents) {
    this.#child = spawn(settings.command, settings.args, {
      env,
      cwd: settings.cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      // A group of its own: Ctrl-C in a terminal ends the gateway, which lets calls finish before it ends its children,
      // and a launcher like npx is ended together with what it launched.
      detached: HAS_GROUPS,
    });
    let resolve: (() => void) | undefined;
    this.#exited = new Promise((settle) => {
      resolve = settle;
    });
    const gone = (reason: string): void => {
      if (!this.#isGone) {
        this.#isGone = true;
        resolve?.();
        events.onExit(reason);
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

  write(line: string): void {
    if (this.#child.stdin.writable) {
      this.#child.stdin.write(line);
    }
  }

  /** Ends the child: end of stdin, then SIGTERM, then SIGKILL; takes at most about two seconds. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    for (const [index, graceMillis] of GRACE_MILLIS.entries()) {
      if (await this.#hasExitedWithin(graceMillis)) {
        return;
      }
      this.#signal(index === 0 ? 'SIGTERM' : 'SIGKILL');
    }
    await this.#hasExitedWithin(200);
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    try {
      if (pid !== undefined && HAS_GROUPS) {
        kill(-pid, signal);
      } else {
        this.#child.kill(signal);
      }
    } catch {
      // it has ended meanwhile
    }
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
      onLine: (line) => this.#tell(events, line),
      onOverlong: (head) => this.#tell(events, `${head}…`),
    });
    stderr.on('data', (chunk: Buffer) => lines.push(chunk));
    stderr.on('end', () => lines.end());
  }

  #tell(events: ChildEvents, line: string): void {
    const text = line.replaceAll(CONTROL_CHARACTERS, '').trimEnd();
    if (text !== '') {
      events.onStderr(text);
    }
  }
}
