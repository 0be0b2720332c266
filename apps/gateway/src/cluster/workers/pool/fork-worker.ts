import { fork } from 'node:child_process';
import { createProcessChannel } from '../channel/channel.ts';
import type { StartedProcess } from './worker-handle.ts';

/** The word that makes a process of this program a worker, where another one has started it. */
export const WORKER_WORD = 'worker';

/** Starts one more process of the program. What it says of itself goes by the channel; stderr is for a crash. */
export function forkWorker(program: string): StartedProcess {
  const child = fork(program, [WORKER_WORD], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  child.on('error', (error) => resolve(error.message));
  child.on('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  return {
    pid: child.pid,
    channel: createProcessChannel(child),
    ended,
    kill: () => void child.kill('SIGKILL'),
    release: () => child.connected && child.disconnect(),
  };
}
