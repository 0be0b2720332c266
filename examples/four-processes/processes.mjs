import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Starts `node` with `args`; `stop` ends it with SIGTERM and waits until it has sent its spans and gone. */
export function startProcess(args, env) {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  return {
    exited,
    stdout: createInterface({ input: child.stdout }),
    stderr: createInterface({ input: child.stderr }),
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** The first line of `lines` that `pattern` matches. */
export async function waitForLine(lines, pattern) {
  for await (const line of lines) {
    const match = pattern.exec(line);
    if (match !== null) {
      return match;
    }
  }
  throw new Error(`ended before it said ${pattern}`);
}
