import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { findRedisServer } from './tools.ts';

/** What the Redis under test is like. */
export interface RedisServerOptions {
  /** Default any free one; a port that a test has used before stands for the same server that comes back. */
  readonly port?: number;
  /** Further arguments: `['--requirepass', 'x']`. */
  readonly args?: readonly string[];
}

/** A running Redis on 127.0.0.1 that keeps nothing on disk. */
export interface RunningRedis {
  /** `redis://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  /** Freezes it: connections stand, nothing is answered. */
  pause(): void;
  /** Lets it go on. */
  resume(): void;
  /** Ends it at once, frozen or not; {@link stop} is still to be called. */
  kill(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const START_ATTEMPTS = 3;
const READY_MILLIS = 10_000;

/**
 * Starts a real redis-server with its folder among the temporary ones.
 *
 * @throws {Error} When there is none, or it refuses to start; the message has its log.
 */
export async function startRedis({ port: wanted, args = [] }: RedisServerOptions = {}): Promise<RunningRedis> {
  const program = findRedisServer();
  if (program === undefined) {
    throw new Error('redis-server not found: apt-get install redis-server');
  }
  const folder = await mkdtemp(join(tmpdir(), 'redis-test-'));
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await freePort());
    const child = spawn(program, [...toArguments(folder, port), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const log = collectLog(child);
    if (await isReady(child, port)) {
      return toRunning({ child, port, folder });
    }
    await end(child);
    if (attempt === START_ATTEMPTS) {
      await rm(folder, { recursive: true, force: true });
      throw new Error(`redis-server did not start:\n${log()}`);
    }
  }
}

function toArguments(folder: string, port: number): string[] {
  const kept = ['--save', '', '--appendonly', 'no', '--dir', folder];
  return ['--bind', '127.0.0.1', '--port', String(port), '--daemonize', 'no', ...kept];
}

function collectLog(child: ChildProcess): () => string {
  let text = '';
  const add = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-8_192);
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => text;
}

/** Whether it answers; with a password set the answer is an error, which is one, too. */
async function isReady(child: ChildProcess, port: number): Promise<boolean> {
  const deadline = Date.now() + READY_MILLIS;
  while (Date.now() < deadline && child.exitCode === null) {
    if (await answers(port)) {
      return true;
    }
    await sleep(10);
  }
  return false;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [chunk]: unknown[] = await once(socket, 'data');
    return String(chunk).startsWith('+PONG') || String(chunk).startsWith('-NOAUTH');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
  readonly folder: string;
}

function toRunning({ child, port, folder }: Started): RunningRedis {
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill: () => end(child),
    stop: async () => {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
