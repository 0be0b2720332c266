import { expect, jest, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StateFolder } from '../../src/files/state-folder.ts';
import { FileTokenStore } from '../../src/upstream/oauth/file-token-store.ts';
import { MemoryTokenStore } from '../../src/upstream/oauth/memory-token-store.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { describeTokenStore } from './token-store-contract.ts';

/** All but the intervals. */
const REAL_CLOCK = ['Date', 'performance', 'nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask'] as const;

describeTokenStore('MemoryTokenStore', () => {
  const store = new MemoryTokenStore();
  return { store, other: store, stop: () => {} };
});

describeTokenStore('FileTokenStore', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokens-'));
  const create = (): FileTokenStore => new FileTokenStore(new StateFolder(folder));
  return { store: create(), other: create(), stop: () => rmSync(folder, { recursive: true, force: true }) };
});

test('FileTokenStore takes over the lock of a process that has ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokens-'));
  const store = new FileTokenStore(new StateFolder(folder));
  await store.exclusively('tracker', async () => {
    const [lock = ''] = readdirSync(join(folder, 'oauth'));
    const path = join(folder, 'oauth', lock);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(path, longAgo, longAgo);
    expect(await store.exclusively('tracker', async () => 'taken over')).toBe('taken over');
  });
  rmSync(folder, { recursive: true, force: true });
});

test('FileTokenStore keeps its lock however long the work takes', async () => {
  jest.useFakeTimers({ doNotFake: [...REAL_CLOCK] });
  const folder = mkdtempSync(join(tmpdir(), 'tokens-'));
  const store = new FileTokenStore(new StateFolder(folder));
  await store.exclusively('tracker', async () => {
    const path = join(folder, 'oauth', readdirSync(join(folder, 'oauth'))[0] ?? '');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(path, longAgo, longAgo);
    jest.advanceTimersByTime(2_500);
    const isFresh = (): boolean => Date.now() - statSync(path).mtimeMs < 10_000;
    await expect(until(isFresh, 5_000)).resolves.toBeUndefined();
  });
  jest.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

test('FileTokenStore works on where no lock can be made', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokens-'));
  writeFileSync(join(folder, 'no-folder'), '');
  const store = new FileTokenStore(new StateFolder(join(folder, 'no-folder')));
  expect(await store.exclusively('tracker', async () => 'done')).toBe('done');
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  '',
  'null',
  '[]',
  '{"version":2}',
  '{"version":1}',
  '{"version":1,"url":"u","client":{},"discovery":{}}',
  '\u0000',
])('FileTokenStore takes %j for no record', async (text) => {
  const folder = mkdtempSync(join(tmpdir(), 'tokens-'));
  const store = new FileTokenStore(new StateFolder(folder));
  await store.write('tracker', { url: 'u', client: { client_id: 'c' }, discovery: { authorizationServerUrl: 'a' } });
  const [name = ''] = readdirSync(join(folder, 'oauth'));
  mkdirSync(join(folder, 'oauth'), { recursive: true });
  writeFileSync(join(folder, 'oauth', name), text);
  expect(await store.read('tracker')).toBeUndefined();
  rmSync(folder, { recursive: true, force: true });
});
