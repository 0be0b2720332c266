// Starts what a benchmark measures as processes of their own, and reads from /proc what they cost.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const TICKS_PER_SECOND = 100; // USER_HZ; fixed on Linux

/** CPU time, user and system, that the process `pid` has used so far, in microseconds. */
export function cpuMicros(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])];
  return ((userTicks + systemTicks) * 1_000_000) / TICKS_PER_SECOND;
}

/** Resident memory of the process `pid` in MiB. */
export function residentMebibytes(pid) {
  const [, kibibytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(kibibytes) / 1024);
}

/** Starts a module of ours that sends `{ port }` when it listens. */
export async function startModule(url, args = []) {
  const child = fork(url, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { port } = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`${url} ended with ${code} before it listened`)));
  });
  return { pid: child.pid, port, child, stop: () => child.kill('SIGTERM') };
}

/** Starts a gateway and waits until stderr says where it listens; `lines` is what it said there so far. */
export function startGateway(main, args, env) {
  return listening(spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] }));
}

/** The same of one that can be asked what it holds. */
export async function startAccountedGateway(main, args, env) {
  const execArgv = ['--expose-gc', '--import', new URL('account-of-handles.mjs', import.meta.url).href];
  const child = fork(main, args, { env, execArgv, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const gateway = await listening(child);
  /** Bytes of heap and names of handles, after a collection. */
  const account = async () => {
    const answered = once(child, 'message');
    child.send('account');
    const [answer] = await answered;
    return answer;
  };
  return { ...gateway, account };
}

async function listening(child) {
  const lines = [];
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      const where = /listening on (http:\/\/[^\s)]+)/.exec(line);
      if (where !== null) {
        resolve(where[1]);
      }
    });
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}:\n${lines.join('\n')}`)));
  });
  return { pid: child.pid, url, lines, stop: () => child.kill('SIGTERM') };
}
