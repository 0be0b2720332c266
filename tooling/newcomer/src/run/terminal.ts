// A second terminal: a program that goes on until somebody presses Ctrl-C, in front of a real terminal where there is
// util-linux' `script`.
import { execFileSync, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { endGroup, type Machine } from './machine.ts';

const END_MILLIS = 20_000;
const RECORDER = 'script';
const CONTROL_C = '\u0003';

/** A program in a terminal of its own. */
export interface Terminal {
  readonly command: string;
  /** What it printed so far. */
  output(): string;
  hasEnded(): boolean;
  /** Waits until `isThere` says yes; gives false after `timeoutMillis`, or when the program has ended. */
  until(isThere: () => boolean | Promise<boolean>, timeoutMillis: number): Promise<boolean>;
  /** Presses Ctrl-C; gives the exit code, or `undefined` when it had to be ended the hard way. */
  interrupt(): Promise<number | undefined>;
}

function hasScript(): boolean {
  try {
    return execFileSync(RECORDER, ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
}

function start({ clone, env }: Machine, typed: string) {
  const [file, args] = hasScript() ? [RECORDER, ['-qefc', typed, '/dev/null']] : ['bash', ['-c', typed]];
  return spawn(file, args, { cwd: clone, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
}

/** Types `typed` into a terminal of its own; `command` is how the document writes it. */
export function openTerminal(machine: Machine, command: string, typed: string): Terminal {
  const child = start(machine, typed);
  let output = '';
  let code: number | undefined;
  const ended = new Promise<number>((resolve) => {
    child.on('close', (status) => {
      code = status ?? 1;
      resolve(code);
    });
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  child.stdin.on('error', () => undefined);
  return {
    command,
    output: () => output,
    hasEnded: () => code !== undefined,
    async until(isThere, timeoutMillis) {
      const end = performance.now() + timeoutMillis;
      while (performance.now() < end) {
        if (await isThere()) {
          return true;
        }
        if (code !== undefined) {
          return false;
        }
        await wait(100);
      }
      return false;
    },
    async interrupt() {
      if (hasScript()) {
        child.stdin.write(CONTROL_C);
      } else {
        endGroup(child.pid, 'SIGINT');
      }
      const first = await Promise.race([ended, wait(END_MILLIS, undefined, { ref: false })]);
      endGroup(child.pid);
      return first;
    },
  };
}
