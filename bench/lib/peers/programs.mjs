// Starts the programs of peers, stops them with all that they started, and lists their processes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../environment.mjs';

const STOP_MILLIS = 5_000;

/** The MCP server of peers that start one themselves: what it takes is not theirs. */
export const STDIO_UPSTREAM = fileURLToPath(new URL('stdio-upstream.mjs', import.meta.url));

/** What /proc says, or nothing where the process or the thread has just ended. */
function readProc(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Each thread has children of its own. */
function childrenOf(pid) {
  const tasks = readProc(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  const lists = tasks.map((task) => readProc(() => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')) ?? '');
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}

const treeOf = (pid) => [pid, ...childrenOf(pid).flatMap(treeOf)];

const isUpstream = (pid) =>
  readProc(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.split('\0')[1] === STDIO_UPSTREAM;

/** The process `pid` and all below it, but for the MCP server. */
export const processesOf = (pid) => treeOf(pid).filter((each) => !isUpstream(each));

/** A port of 127.0.0.1 that nobody listens at now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function signal(pids, name) {
  for (const pid of pids) {
    readProc(() => process.kill(pid, name));
  }
}

async function stop(child) {
  const pids = treeOf(child.pid);
  const ended = child.exitCode ?? child.signalCode ?? once(child, 'exit');
  signal(pids, 'SIGTERM');
  await Promise.race([ended, wait(STOP_MILLIS, undefined, { ref: false })]);
  signal(
    pids.filter((pid) => pid !== child.pid || child.exitCode === null),
    'SIGKILL',
  );
}

/** Starts a program in the folder `work`, which is its home, too; what it prints is in the file `printed` there. */
export async function startProgram(command, args, { work, env = {} }) {
  mkdirSync(work, { recursive: true });
  const printed = openSync(join(work, 'printed'), 'a');
  const options = { cwd: work, env: cleanEnvironment({ HOME: work, ...env }), stdio: ['ignore', printed, printed] };
  const child = spawn(command, args.map(String), options);
  await once(child, 'spawn');
  return {
    pid: child.pid,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    stop: () => stop(child),
  };
}
