import { readFileSync } from 'node:fs';
// Windows has no `getuid`, and an import of its name would fail there.
import * as ownProcess from 'node:process';
import { codeOf } from '../../protocol/thrown-error.ts';

/** Processes looked into for being dead and not buried yet, at one look; each takes a read of a file. */
const MAX_LOOKED_INTO = 256;

/** Whether processes of this machine run. One is for one look: within it nothing is asked twice. */
export class Processes {
  readonly #dead: Set<number>;
  readonly #alive = new Set<number>();
  #lookedInto = 0;

  /** @param dead Those that were gone at an earlier look; it grows. Nobody asks the system of them again. */
  constructor(dead: Set<number>) {
    this.#dead = dead;
  }

  isAlive(pid: number): boolean {
    if (this.#dead.has(pid)) {
      return false;
    }
    if (this.#alive.has(pid)) {
      return true;
    }
    const isAlive = canBeSignalled(pid) && !this.#isZombie(pid);
    (isAlive ? this.#alive : this.#dead).add(pid);
    return isAlive;
  }

  /** It has ended, and its parent has not asked how. Told by Linux alone. */
  #isZombie(pid: number): boolean {
    this.#lookedInto += 1;
    if (this.#lookedInto > MAX_LOOKED_INTO) {
      return false;
    }
    try {
      // `pid (name) state …`; the name may hold anything.
      const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
      return text.charAt(text.lastIndexOf(')') + 2) === 'Z';
    } catch {
      return false;
    }
  }
}

/** A process of another user can't be signalled, and runs. */
function canBeSignalled(pid: number): boolean {
  const { stackTraceLimit } = Error;
  // An error for each process that is gone: the stack would take most of the time of thousands of them.
  Error.stackTraceLimit = 0;
  try {
    ownProcess.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The user whom the gateway runs as; `undefined` on Windows. */
export function ownUser(): number | undefined {
  return ownProcess.getuid?.();
}
