import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { platform } from 'node:os';
import { kill } from 'node:process';
import type { Writable } from 'node:stream';

type Guard = ChildProcessByStdio<Writable, null, null>;

/** Windows has no process groups: there a child is ended alone. */
export const HAS_GROUPS: boolean = platform() !== 'win32';

/**
 * Reads `add PID` and `end PID`. Its input ends when this process does, however that came (SIGKILL too): then it ends
 * every group that is left, with a second between asking and killing. It is in a session of its own and deaf to what
 * ends the others, so that it comes last.
 */
const GUARD_SCRIPT = `
trap '' HUP INT QUIT TERM
groups=' '
while read -r verb pid; do
  case $verb in
    add) groups="$groups$pid " ;;
    end) groups="\${groups%% "$pid" *} \${groups#* "$pid" }" ;;
  esac
done
[ "$groups" = ' ' ] && exit
for pid in $groups; do kill -s TERM -- "-$pid"; done 2>/dev/null
sleep 1
for pid in $groups; do kill -s KILL -- "-$pid"; done 2>/dev/null
`;

/**
 * The process groups that this process has started and not yet seen the end of. A shell guards them for as long as there
 * are any: it costs some milliseconds at the first one, 0.3 MB of memory, and no work afterwards.
 */
class ProcessGroups {
  readonly #leaders = new Set<number>();
  #guard: Guard | undefined;

  /** Counts the group of `leader` in, until {@link remove}. */
  add(leader: number): void {
    this.#leaders.add(leader);
    if (this.#guard === undefined) {
      this.#startGuard();
    } else {
      this.#guard.stdin.write(`add ${leader}\n`);
    }
  }

  /** The group has ended. */
  remove(leader: number): void {
    if (!this.#leaders.delete(leader)) {
      return;
    }
    this.#guard?.stdin.write(`end ${leader}\n`);
    if (this.#leaders.size === 0) {
      this.#guard?.stdin.end();
      this.#guard = undefined;
    }
  }

  /** Sends a signal to all of a group. @returns False when none of it runs any more. */
  signal(leader: number, signal: NodeJS.Signals | 0): boolean {
    try {
      return kill(HAS_GROUPS ? -leader : leader, signal);
    } catch {
      return false;
    }
  }

  /** Ends every group at once, without waiting: for the end of this process. */
  killAll(): void {
    for (const leader of this.#leaders) {
      this.signal(leader, 'SIGKILL');
    }
  }

  #startGuard(): void {
    if (!HAS_GROUPS) {
      return;
    }
    const guard = spawn('/bin/sh', ['-c', GUARD_SCRIPT], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
      detached: true,
    });
    this.#guard = guard;
    const gone = (): void => {
      // The next group that is added starts another one for all.
      this.#guard = this.#guard === guard ? undefined : this.#guard;
    };
    guard.on('error', gone).on('exit', gone).unref();
    guard.stdin.on('error', gone);
    for (const leader of this.#leaders) {
      guard.stdin.write(`add ${leader}\n`);
    }
  }
}

/** One for the process, because what is guarded is the process. */
export const processGroups: ProcessGroups = new ProcessGroups();
