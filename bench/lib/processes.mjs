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

/** The same of one that can be asked what it holds: `account` gives bytes of heap and names of handles, after a collection. */
export async function startAccountedGateway(main, args, env) {
  const { ask, ...gateway } = await startAskedGateway('account-of-handles', { main, args, env });
  return { ...gateway, account: () => ask('account') };
}

/** The same of one that can be profiled: `profile` gives the CPU profile of what it does while `work` runs. */
export async function startProfiledGateway(main, args, env) {
  const { ask, ...gateway } = await startAskedGateway('profile-of-cpu', { main, args, env });
  const profile = async (work) => {
    await ask('start');
    await work();
    return ask('stop');
  };
  return { ...gateway, profile };
}

/** A gateway with a module of ours in it, which answers each message with one. */
async function startAskedGateway(module, { main, args, env }) {
  const execArgv = ['--expose-gc', '--import', new URL(`${module}.mjs`, import.meta.url).href];
  const child = fork(main, args, { env, execArgv, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const gateway = await listening(child);
  const ask = async (question) => {
    const answered = once(child, 'message');
    child.send(question);
    const [answer] = await answered;
    return answer;
  };
  return { ...gateway, ask };
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
