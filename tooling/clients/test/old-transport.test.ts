// mcp-proxy before `--stdio`, for clients that know only the HTTP+SSE transport of 2024-11-05.
import { freePort } from '@dcc-mcp/test-kit/free-port';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { cleanEnvironment, Workplace } from './gateway.ts';
import { CLIENTS } from './installed.ts';
import { runClient } from './run-client.ts';

const TIMEOUT_MILLIS = 60_000;
const workplace = new Workplace();
let proxy: ChildProcess | undefined;
let origin = '';

async function listens(): Promise<boolean> {
  try {
    return (await fetch(`${origin}/ping`)).ok;
  } catch {
    return false;
  }
}

beforeAll(async () => {
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const [file, ...args] = CLIENTS.mcpProxy();
  const gateway = [process.execPath, ...workplace.gatewayArguments('all', ['--stdio'])];
  proxy = spawn(file, [...args, '--host', '127.0.0.1', '--port', String(port), '--', ...gateway], {
    env: cleanEnvironment({ HOME: workplace.folder }),
    stdio: 'ignore',
  });
  while (!(await listens())) {
    await wait(100);
  }
}, TIMEOUT_MILLIS);

afterAll(async () => {
  if (proxy !== undefined) {
    const ended = once(proxy, 'close');
    proxy.kill('SIGTERM');
    await ended;
  }
  workplace.remove();
}, TIMEOUT_MILLIS);

test(
  'a client that knows HTTP+SSE only lists, calls and hears progress through mcp-proxy',
  async () => {
    const { stdout } = await runClient([...CLIENTS.oldTransport(), `${origin}/sse`], workplace.folder);
    const { tools, notes, text } = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    expect(tools).toContain('everything__echo');
    expect(notes).toEqual(expect.arrayContaining([1, 2, 3]));
    expect(text).toBe('Echo: héllo 世界 🎈');
  },
  TIMEOUT_MILLIS,
);
