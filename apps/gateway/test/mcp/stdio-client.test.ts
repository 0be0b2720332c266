// Clients on a pipe that read slowly, not at all, or speak in another framing.
import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { StdioOutput } from '../../src/mcp/transport/stdio/stdio-output.ts';
import { cleanEnvironment, MAIN } from '../fixtures/start-gateway.ts';
import { FAKE_STDIO } from '../upstream/fixtures/harness.ts';

const MEGABYTE = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'stdio-client-'));
const file = join(folder, 'gateway.json');
writeFileSync(
  file,
  JSON.stringify({
    mcpServers: { fake: { command: process.execPath, args: ['--disable-warning=ExperimentalWarning', FAKE_STDIO] } },
  }),
);
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) {
    await cleanup();
  }
});

interface Unread {
  readonly child: ReturnType<typeof spawn>;
  readonly stderr: () => string;
  readonly send: (message: object) => void;
}

/** A gateway with all tools on pipes, whose stdout nobody reads yet. */
function startUnread(): Unread {
  const child = spawn(process.execPath, [MAIN, '--stdio', '--expose', 'all', '--config', file], {
    env: cleanEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  child.stdin.on('error', () => {});
  cleanups.push(() => child.kill('SIGKILL'));
  return {
    child,
    stderr: () => lines.join(''),
    send: (message) => void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
  };
}

const initialize = {
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'slow', version: '1' } },
};
/** Reads the first answer and nothing after it; waits until the server is there. */
async function handshake({ child, send, stderr }: Unread): Promise<void> {
  send(initialize);
  await once(child.stdout!, 'data');
  child.stdout!.removeAllListeners('data').pause();
  for (const deadline = Date.now() + 10_000; !stderr().includes('upstream fake is ready') && Date.now() < deadline;) {
    await wait(20);
  }
}

const big = (id: number, bytes: number): object => ({
  id,
  method: 'tools/call',
  params: { name: 'big', arguments: { bytes } },
});

function residentBytes(pid: number): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0; // it has ended
  }
}

describe('a client that does not read', () => {
  test('is given up with a line that says so, before it fills the memory', async () => {
    const { child, stderr, send } = startUnread();
    await handshake({ child, stderr, send });
    for (let id = 1; id <= 300; id += 1) {
      send(big(id, 3 * MEGABYTE));
    }
    let peak = 0;
    const ended = once(child, 'exit');
    const timer = setInterval(() => {
      peak = Math.max(peak, residentBytes(child.pid!));
    }, 50);
    expect(await ended).toEqual([0, null]);
    clearInterval(timer);
    expect(stderr()).toMatch(/the client on stdout does not read: \d+ bytes wait for it; the gateway ends/);
    expect(peak).toBeLessThan(700 * MEGABYTE);
  }, 40_000);

  test('for a while loses nothing', async () => {
    const unread = startUnread();
    const { child, send } = unread;
    await handshake(unread);
    for (let id = 1; id <= 12; id += 1) {
      send(big(id, MEGABYTE));
    }
    await wait(1_500);
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stdout!.resume();
    for (const deadline = Date.now() + 10_000; text.length < 12 * MEGABYTE && Date.now() < deadline;) {
      await wait(20);
    }
    const ids = text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: number }).id);
    expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    expect(text.length).toBeGreaterThan(12 * MEGABYTE);
    child.stdin!.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  }, 20_000);

  test('has its requests waiting where they are while it is behind', async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    const told: string[] = [];
    const output = new StdioOutput(stream, {
      onBehind: () => told.push('behind'),
      onCaughtUp: () => told.push('caught up'),
      onGivenUp: (reason) => told.push(reason),
    });
    output.write('x'.repeat(MEGABYTE));
    output.write('x'.repeat(MEGABYTE));
    expect(told).toEqual(['behind']);
    stream.resume();
    await once(stream, 'drain');
    expect(told).toEqual(['behind', 'caught up']);
  });

  test('is given up at once past 256 MiB, and told of once', () => {
    const told: string[] = [];
    let written = 0;
    const stuck = new Writable({ highWaterMark: 1, write: () => {} });
    const output = new StdioOutput(stuck, {
      onBehind: () => {},
      onCaughtUp: () => {},
      onGivenUp: (reason) => told.push(reason),
    });
    const line = 'x'.repeat(32 * MEGABYTE);
    for (let count = 0; count < 12; count += 1) {
      output.write(line, () => void (written += 1));
    }
    expect(told).toHaveLength(1);
    expect(stuck.writableLength).toBeLessThanOrEqual(288 * MEGABYTE);
    expect(written).toBe(12);
  });
});

test('subscriptions/listen on a pipe has the bounds that it has over HTTP', async () => {
  const { child, send } = startUnread();
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'modern', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
    progressToken: 'x'.repeat(2_000),
  };
  send({ id: 1, method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true }, _meta: meta } });
  const [chunk] = (await once(child.stdout!, 'data')) as [Buffer];
  expect(JSON.parse(chunk.toString())).toMatchObject({ id: 1, error: { code: -32_602 } });
}, 20_000);

test('a client that sends on without waiting for the answer to initialize, and ends, is answered in order', async () => {
  const { child, send } = startUnread();
  send(initialize);
  send({ method: 'notifications/initialized' });
  send({ id: 1, method: 'ping' });
  send({ id: 2, method: 'tools/list' });
  child.stdin!.end();
  const chunks: Buffer[] = [];
  child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(child, 'exit');
  const lines = Buffer.concat(chunks).toString().trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({ id: 0, result: expect.objectContaining({ protocolVersion: '2025-11-25' }) }),
    { jsonrpc: '2.0', id: 1, result: {} },
    expect.objectContaining({ id: 2, result: { tools: expect.any(Array) } }),
  ]);
}, 20_000);

test('Content-Length before messages is named, in the answer and once on stderr', async () => {
  const { child, stderr } = startUnread();
  const body = JSON.stringify({ jsonrpc: '2.0', ...initialize });
  child.stdin!.write(`Content-Length: ${body.length}\r\n\r\n${body}`.repeat(2));
  const [chunk] = (await once(child.stdout!, 'data')) as [Buffer];
  expect(JSON.parse(chunk.toString().split('\n')[0]!)).toMatchObject({
    id: null,
    error: { code: -32_600, message: expect.stringContaining('framed with Content-Length, as in LSP') },
  });
  child.stdin!.end();
  await once(child, 'exit');
  expect(stderr().match(/Content-Length, as in LSP/g)).toHaveLength(1);
  rmSync(folder, { recursive: true, force: true });
}, 20_000);
