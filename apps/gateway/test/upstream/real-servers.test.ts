import { freePort } from '@dcc-mcp/test-kit/free-port';
import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { closeAll, connected, createPeer, http, node, textOf, until } from './fixtures/harness.ts';

const require = createRequire(import.meta.url);
const main = (name: string) => join(dirname(require.resolve(`${name}/package.json`)), 'dist/index.js');
const EVERYTHING = main('@modelcontextprotocol/server-everything');
const FILESYSTEM = main('@modelcontextprotocol/server-filesystem');
const folders: string[] = [];
const processes: ChildProcess[] = [];

afterEach(async () => {
  await closeAll();
  for (const child of processes.splice(0)) {
    child.kill('SIGKILL');
  }
  for (const folder of folders.splice(0)) {
    rmSync(folder, { recursive: true });
  }
});

async function everythingOverHttp(): Promise<string> {
  const port = await freePort();
  const env = { ...process.env, PORT: String(port) };
  const child = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  processes.push(child);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until(() => said.includes('listening'), 15_000);
  return `http://127.0.0.1:${port}/mcp`;
}

describe.each([
  ['standard streams', () => Promise.resolve(node(EVERYTHING))],
  ['HTTP', async () => http(await everythingOverHttp())],
])('server-everything over %s', (_transport, find) => {
  test('lists its tools and echoes 50 concurrent calls', async () => {
    const harness = await connected(await find());
    expect(harness.upstream.status).toMatchObject({ era: 'legacy', protocolVersion: '2025-11-25', readiness: 'ready' });
    expect(harness.upstream.status.toolCount).toBeGreaterThanOrEqual(13);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => harness.call('echo', { message: `m${index}` })),
    );
    expect(answers.map(textOf)).toEqual(Array.from({ length: 50 }, (_, index) => `Echo: m${index}`));
  });

  test('reports progress of a long call to the caller', async () => {
    const harness = await connected(await find());
    const peer = createPeer();
    await harness.call(
      'trigger-long-running-operation',
      { duration: 0.4, steps: 4 },
      { peer, meta: { progressToken: 'lr' } },
    );
    const progress = peer.told.filter(({ method }) => method === 'notifications/progress');
    expect(progress.length).toBeGreaterThanOrEqual(3);
    expect(progress[0]!.params).toMatchObject({ progressToken: 'lr', progress: 1, total: 4 });
  });

  test('samples with the caller’s model in the middle of a call', async () => {
    const harness = await connected(await find());
    const asked: string[] = [];
    const peer = createPeer(({ method }) => {
      asked.push(method);
      const content = { type: 'text', text: 'a sample of ours' };
      return Promise.resolve({ result: { role: 'assistant', model: 'test', content } });
    });
    const result = await harness.call('trigger-sampling-request', { prompt: 'hello', maxTokens: 10 }, { peer });
    expect(asked).toEqual(['sampling/createMessage']);
    expect(textOf(result)).toContain('a sample of ours');
  });
});

test('server-everything over HTTP: a session that the server forgot is replaced', async () => {
  const harness = await connected(http(await everythingOverHttp()));
  const { sessionId, settings } = harness.upstream;
  const { url } = settings.transport as { url: string };
  await fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': sessionId! } });
  expect(textOf(await harness.call('echo', { message: 'again' }))).toBe('Echo: again');
  expect(harness.upstream.sessionId).not.toBe(sessionId);
});

test('server-filesystem reads a file of its folder and keeps the folder it was given', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-files-'));
  folders.push(folder);
  writeFileSync(join(folder, 'note.txt'), 'hello file');
  const harness = await connected(node(FILESYSTEM, folder));
  expect(harness.upstream.status.toolCount).toBe(14);
  expect(textOf(await harness.call('read_text_file', { path: join(folder, 'note.txt') }))).toBe('hello file');
  expect(textOf(await harness.call('list_allowed_directories'))).toContain(folder);
  expect(await harness.call('read_text_file', { path: '/etc/hostname' })).toMatchObject({
    ok: true,
    result: { isError: true },
  });
});
