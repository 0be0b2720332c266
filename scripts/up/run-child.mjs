// Runs one program to its end as its parent: it gets our signals and does not outlive whoever started us.
import { spawn } from 'node:child_process';

const WATCH_MILLIS = 250;
/** Whoever started us; when that is gone we are somebody else's. */
const launcher = process.ppid;

/** Where programs run, and with which variables. */
export const place = { cwd: process.cwd(), env: process.env };

/**
 * Resolves with how it ended: `code` (1 for a signal), and whether we were told to end meanwhile.
 *
 * @param onLine Gets each line of what it prints, which is shown nowhere else; without it `stdio` says where that goes.
 * @param onTold Called at the first signal to end, which the program may take some time for.
 */
export async function runChild(command, args, { stdio = 'inherit', onLine, onTold } = {}) {
  const child = spawn(command, args, {
    ...place,
    stdio: onLine === undefined ? stdio : ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let isTold = false;
  const forward = (signal) => {
    if (!isTold) {
      onTold?.();
    }
    isTold = true;
    child.kill(signal);
  };
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const watch = setInterval(() => {
    if (process.ppid !== launcher) {
      // Once: a second one means at once.
      clearInterval(watch);
      forward('SIGTERM');
    }
  }, WATCH_MILLIS);
  if (onLine !== undefined) {
    eachLine(child.stdout, onLine);
    eachLine(child.stderr, onLine);
  }
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      onLine?.(`${command}: ${error.message}`);
      resolve(1);
    });
    child.on('close', (status, signal) => resolve(signal ? 1 : status));
  });
  clearInterval(watch);
  process.off('SIGINT', forward).off('SIGTERM', forward);
  return { code, isTold };
}

function eachLine(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk) => {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop();
    lines.forEach(onLine);
  });
  stream.on('end', () => rest && onLine(rest));
}
