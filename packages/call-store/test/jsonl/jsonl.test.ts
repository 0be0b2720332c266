import { type CallRow, MemoryCallStore, type MemoryCallStoreOptions, type Trace } from '@dcc-mcp/call-store';
import {
  checkDirectory,
  type JsonlChange,
  type JsonlHistory,
  type JsonlOptions,
  startJsonl,
} from '@dcc-mcp/call-store/jsonl';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { callRow, FAILED, traceOf } from '../rows.ts';
import { until } from '../until.ts';

let directory: string;
let opened: JsonlHistory[] = [];

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'dcc-mcp-jsonl-')), 'audit');
});

afterEach(async () => {
  await Promise.all(opened.map((history) => history.close()));
  opened = [];
  rmSync(join(directory, '..'), { recursive: true, force: true });
});

interface Gateway {
  readonly store: MemoryCallStore;
  readonly history: JsonlHistory;
  readonly changes: JsonlChange[];
}

/** A store with its history, as a gateway has them. */
function start(options: Partial<JsonlOptions> = {}, sizes: MemoryCallStoreOptions = {}): Gateway {
  const store = new MemoryCallStore(sizes);
  const changes: JsonlChange[] = [];
  const history = startJsonl(store, { directory, onChange: (change) => changes.push(change), ...options });
  opened.push(history);
  return { store, history, changes };
}

const path = (name: string): string => join(directory, name);
const linesOf = (name: string): CallRow[] =>
  readFileSync(path(name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CallRow);

function appendCalls({ store }: Gateway, from: number, to: number): void {
  for (let number = from; number <= to; number += 1) {
    store.append('calls', callRow(number));
  }
}

async function requestIds({ store }: Gateway): Promise<string[]> {
  const { rows } = await store.list('calls', { limit: 100_000 });
  return rows.map((row) => row.request_id).toReversed();
}

const isWritten = (): boolean => existsSync(path('audit.jsonl')) && linesOf('audit.jsonl').length === 1;

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `req-${from + index}`);

describe('files', () => {
  test('each call is a line of audit.jsonl, each trace one of traces.jsonl, whole', async () => {
    const gateway = start();
    const call = callRow(1, FAILED);
    const trace = traceOf(1, { agent_context: { task: 'render' } });
    gateway.store.append('calls', call);
    gateway.store.append('traces', trace);
    await gateway.history.flush();
    expect(linesOf('audit.jsonl')).toEqual([call]);
    expect(linesOf('traces.jsonl')).toEqual([trace]);
  });

  test('are written without anybody asking', async () => {
    const gateway = start({ flushMillis: 1 });
    appendCalls(gateway, 1, 1);
    for (let waited = 0; waited < 500 && !isWritten(); waited += 1) {
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    }
    expect(isWritten()).toBe(true);
  });

  test('are readable by their owner alone', async () => {
    const gateway = start();
    appendCalls(gateway, 1, 1);
    await gateway.history.flush();
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(path('audit.jsonl')).mode & 0o777).toBe(0o600);
  });

  test.each(['audit.jsonl', 'audit.jsonl.1', 'traces.jsonl'])(
    '%s that others could read is closed to them before anything is written',
    async (name) => {
      mkdirSync(directory);
      writeFileSync(path(name), '', { mode: 0o644 });
      await start().history.seeded;
      expect(statSync(path(name)).mode & 0o777).toBe(0o600);
    },
  );

  test('a file that others could read is closed to them', async () => {
    mkdirSync(directory);
    writeFileSync(path('audit.jsonl'), '', { mode: 0o644 });
    const gateway = start();
    appendCalls(gateway, 1, 1);
    await gateway.history.flush();
    expect(statSync(path('audit.jsonl')).mode & 0o777).toBe(0o600);
  });
});

describe('a restart', () => {
  test('gives back rows in their order, without counting them as new', async () => {
    const first = start();
    appendCalls(first, 1, 5);
    first.store.append('traces', traceOf(1));
    first.store.append('traces', traceOf(2, { is_slow: true }));
    first.store.append('traces', traceOf(3));
    await first.history.close();
    const second = start();
    expect(await second.history.seeded).toEqual({ calls: 5, traces: 3, skipped: 0 });
    expect(await requestIds(second)).toEqual(numbered(1, 5));
    expect((await second.store.list('traces')).rows.map((row) => row.request_id)).toEqual(['req-3', 'req-2', 'req-1']);
    expect(await second.store.usage()).toMatchObject({
      calls: { rows: 5, appended: 0, dropped: 0 },
      traces: { rows: 2 },
      kept_traces: { rows: 1 },
    });
    appendCalls(second, 6, 6);
    await second.history.close();
    expect(linesOf('audit.jsonl').map((row) => row.request_id)).toEqual(numbered(1, 6));
  });

  test('rows that come while the old ones are read stay the newest', async () => {
    const first = start();
    appendCalls(first, 1, 3);
    await first.history.close();
    const second = start();
    appendCalls(second, 4, 4);
    await second.history.seeded;
    expect(await requestIds(second)).toEqual(numbered(1, 4));
  });

  test('a trace with all its parts is the same as before', async () => {
    const payload = {
      content: 'ünï\u2028code "quoted"\n',
      mime_type: 'text/plain',
      truncated: false,
      original_size: 20,
      estimated_tokens: 5,
      redactions: 1,
    };
    const trace: Trace = traceOf(1, { input: payload, output: payload });
    const first = start();
    first.store.append('traces', trace);
    await first.history.close();
    const second = start();
    await second.history.seeded;
    expect(await second.store.find('traces', 'req-1')).toEqual([trace]);
  });
});

describe('a killed process', () => {
  test('loses at most what was not flushed yet', async () => {
    const child = spawn(
      process.execPath,
      ['--conditions=@dcc-mcp/source', join(import.meta.dirname, 'writing-child.mjs'), directory],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let flushed = 0;
    for await (const line of createInterface(child.stdout)) {
      flushed = Number(line);
      if (flushed >= 500) {
        child.kill('SIGKILL');
      }
    }
    await (child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined);
    const gateway = start();
    const { calls, traces, skipped } = await gateway.history.seeded;
    expect(flushed).toBeGreaterThanOrEqual(500);
    expect(Math.min(calls, traces)).toBeGreaterThanOrEqual(flushed);
    expect(skipped).toBeLessThanOrEqual(2);
    expect(await requestIds(gateway)).toEqual(numbered(1, calls));
    appendCalls(gateway, calls + 1, calls + 1);
    await gateway.history.flush();
    expect(linesOf('audit.jsonl')).toHaveLength(calls + 1);
  });

  test('a torn last line is skipped, counted, and gone after the next write', async () => {
    const first = start();
    appendCalls(first, 1, 3);
    await first.history.close();
    truncateSync(path('audit.jsonl'), statSync(path('audit.jsonl')).size - 20);
    const second = start();
    expect(await second.history.seeded).toEqual({ calls: 2, traces: 0, skipped: 1 });
    expect(second.history.health().audit.skipped_lines).toBe(1);
    appendCalls(second, 4, 4);
    await second.history.flush();
    expect(linesOf('audit.jsonl').map((row) => row.request_id)).toEqual(['req-1', 'req-2', 'req-4']);
  });

  test('a last line that only lacks its line break is kept', async () => {
    mkdirSync(directory);
    writeFileSync(path('audit.jsonl'), [callRow(1), callRow(2)].map((row) => JSON.stringify(row)).join('\n'));
    const gateway = start();
    expect(await gateway.history.seeded).toEqual({ calls: 2, traces: 0, skipped: 0 });
    appendCalls(gateway, 3, 3);
    await gateway.history.flush();
    expect(linesOf('audit.jsonl').map((row) => row.request_id)).toEqual(numbered(1, 3));
  });

  test('damaged lines in between are skipped and counted', async () => {
    mkdirSync(directory);
    const damaged = ['\0\0\0', '{"row_id":1}', '[]', 'null', JSON.stringify({ ...callRow(9), outcome: 'great' })];
    const lines = [JSON.stringify(callRow(1)), ...damaged, JSON.stringify(callRow(2)), ''];
    writeFileSync(path('audit.jsonl'), lines.join('\n'));
    const gateway = start();
    expect(await gateway.history.seeded).toEqual({ calls: 2, traces: 0, skipped: 5 });
    expect(await requestIds(gateway)).toEqual(numbered(1, 2));
  });
});

describe('bounds', () => {
  test('a file has at most maxRows rows, and one full file is kept beside it', async () => {
    const gateway = start({ maxRows: 10 });
    appendCalls(gateway, 1, 35);
    await gateway.history.flush();
    expect(linesOf('audit.jsonl').map((row) => row.request_id)).toEqual(numbered(31, 35));
    expect(linesOf('audit.jsonl.1').map((row) => row.request_id)).toEqual(numbered(21, 30));
    expect(gateway.history.health().audit).toMatchObject({ rows: 15, capacity: 10, dropped: 0, state: 'ok' });
    await gateway.history.close();
    const next = start({ maxRows: 10 });
    await next.history.seeded;
    expect(await requestIds(next)).toEqual(numbered(26, 35));
  });

  test('a file has at most maxBytes bytes, whatever the rows weigh', async () => {
    const maxBytes = 4000;
    const gateway = start({ maxBytes });
    for (let number = 1; number <= 200; number += 1) {
      gateway.store.append('calls', callRow(number, { agent_name: 'n'.repeat(number * 7) }));
      await gateway.history.flush();
    }
    const sizes = ['audit.jsonl', 'audit.jsonl.1'].map((name) => statSync(path(name)).size);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(maxBytes);
    expect(gateway.history.health().audit.bytes).toBe(sizes[0]! + sizes[1]!);
    expect(linesOf('audit.jsonl').at(-1)?.request_id).toBe('req-200');
  });

  test('a row that is larger than a file is counted and told of, and the others are written', async () => {
    const dropped: string[] = [];
    const gateway = start({ maxBytes: 1000, onDropped: (file) => dropped.push(file) });
    gateway.store.append('calls', callRow(1, { agent_name: 'n'.repeat(1900) }));
    appendCalls(gateway, 2, 2);
    await gateway.history.flush();
    expect(gateway.history.health().audit).toMatchObject({
      rows: 1,
      dropped: 1,
      dropped_by: { too_large: 1 },
      state: 'ok',
    });
    expect(dropped).toEqual(['audit']);
  });

  test('a row that is no JSON is counted, and the others are written', async () => {
    const gateway = start();
    gateway.store.append('calls', callRow(1, { batch_index: 1n as never }));
    appendCalls(gateway, 2, 2);
    await gateway.history.flush();
    expect(gateway.history.health().audit).toMatchObject({ rows: 1, dropped_by: { unserializable: 1 } });
  });

  test('files that are larger than new bounds are made smaller at the start', async () => {
    const first = start();
    appendCalls(first, 1, 50);
    await first.history.close();
    const second = start({ maxRows: 10 });
    await second.history.seeded;
    expect(linesOf('audit.jsonl.1').map((row) => row.request_id)).toEqual(numbered(41, 50));
    expect(await requestIds(second)).toEqual(numbered(41, 50));
    appendCalls(second, 51, 51);
    await second.history.flush();
    expect(linesOf('audit.jsonl').map((row) => row.request_id)).toEqual(['req-51']);
  });

  test.each(['maxRows', 'maxBytes', 'maxQueuedRows', 'maxQueuedBytes'] as const)('%s of 0 is refused', (name) => {
    expect(() => startJsonl(new MemoryCallStore(), { directory, [name]: 0 })).toThrow(RangeError);
  });
});

describe('a disk that fails', () => {
  const trouble = { state: 'failing', message: expect.stringContaining("can't be written") };

  test('a folder in the place of the file costs rows on disk and no call', async () => {
    mkdirSync(path('audit.jsonl'), { recursive: true });
    const gateway = start({ maxQueuedRows: 3 });
    await gateway.history.seeded;
    appendCalls(gateway, 1, 5);
    gateway.store.append('traces', traceOf(1));
    await gateway.history.flush();
    await gateway.history.flush();
    expect(await requestIds(gateway)).toEqual(numbered(1, 5));
    expect(gateway.history.health()).toMatchObject({
      audit: {
        state: 'failing',
        queued: 3,
        dropped: 2,
        dropped_by: { not_writable: 2 },
        last_error: expect.any(String),
      },
      traces: { state: 'ok', rows: 1 },
    });
    expect(gateway.changes).toEqual([trouble]);
    expect(gateway.changes[0]?.message).toContain('something that is no file stands in its place');
    rmSync(path('audit.jsonl'), { recursive: true });
    await gateway.history.close();
    expect(gateway.changes).toEqual([trouble, { state: 'ok', message: expect.stringContaining('is written again') }]);
    expect(linesOf('audit.jsonl').map((row) => row.request_id)).toEqual(numbered(1, 3));
  });

  test('a directory that its file system never has is told of, and the end does not wait for it', async () => {
    const gateway = start({ directory: '/proc/none/history' });
    expect(await gateway.history.seeded).toEqual({ calls: 0, traces: 0, skipped: 0 });
    expect(gateway.changes).toEqual([trouble]);
    await gateway.history.close();
  });

  test('a directory that can not be made', async () => {
    writeFileSync(directory, 'a file');
    const gateway = start();
    expect(await gateway.history.seeded).toEqual({ calls: 0, traces: 0, skipped: 0 });
    appendCalls(gateway, 1, 1);
    await gateway.history.flush();
    expect(gateway.changes).toEqual([trouble]);
    expect(gateway.changes[0]?.message).toContain('a file stands in the place of the directory');
    expect(gateway.history.health().audit).toMatchObject({ state: 'failing', queued: 1 });
  });

  test('a full disk: half a line is taken back, and nothing is lost once there is room', async () => {
    const gateway = start();
    appendCalls(gateway, 1, 1);
    await gateway.history.flush();
    const full = await failingWrites('ENOSPC', 30);
    appendCalls(gateway, 2, 3);
    await gateway.history.flush();
    expect(gateway.changes).toEqual([
      { state: 'failing', message: expect.stringContaining('no space left on the device') },
    ]);
    expect(gateway.history.health().audit).toMatchObject({ state: 'failing', queued: 2, rows: 1 });
    full.end();
    appendCalls(gateway, 4, 4);
    await gateway.history.close();
    expect(linesOf('audit.jsonl').map((row) => row.request_id)).toEqual(numbered(1, 4));
    expect(gateway.history.health().audit.dropped).toBe(0);
  });

  test.each([
    ['moved away', () => renameSync(path('audit.jsonl'), path('elsewhere'))],
    ['removed with its directory', () => rmSync(directory, { recursive: true })],
    ['emptied', () => truncateSync(path('audit.jsonl'), 0)],
  ])('a file that is %s while it is written is begun anew', async (_what, change) => {
    const gateway = start();
    appendCalls(gateway, 1, 2);
    await gateway.history.flush();
    change();
    appendCalls(gateway, 3, 3);
    await gateway.history.close();
    expect(linesOf('audit.jsonl').map((row) => row.request_id)).toEqual(['req-3']);
  });

  test('a full file that can not be read does not hide the current one', async () => {
    mkdirSync(path('audit.jsonl.1'), { recursive: true });
    appendFileSync(path('audit.jsonl'), `${JSON.stringify(callRow(1))}\n`);
    const gateway = start();
    expect((await gateway.history.seeded).calls).toBe(1);
  });
});

/** Every write to a file fails with `code` after so many bytes, until `end`. */
async function failingWrites(code: string, bytes: number): Promise<{ end(): void }> {
  const file = await open(import.meta.filename);
  const handle = Object.getPrototypeOf(file) as { write: (...args: unknown[]) => Promise<{ bytesWritten: number }> };
  await file.close();
  const original = handle.write;
  let isFirst = true;
  handle.write = async function write(this: unknown, buffer, offset) {
    if (isFirst) {
      isFirst = false;
      return original.call(this, buffer, offset, bytes);
    }
    throw Object.assign(new Error(`${code}: write`), { code });
  };
  return {
    end: () => {
      handle.write = original;
    },
  };
}

describe('two processes', () => {
  test('the second one keeps its rows in memory, says whose the directory is, and takes over when it is free', async () => {
    const first = start();
    appendCalls(first, 1, 1);
    await first.history.flush();
    const second = start();
    expect(await second.history.seeded).toEqual({ calls: 0, traces: 0, skipped: 0 });
    appendCalls(second, 2, 2);
    await second.history.flush();
    expect(second.changes[0]).toEqual({
      state: 'failing',
      message: expect.stringMatching(/process \d+ on .+ writes to it; give each gateway a directory of its own/),
    });
    expect(linesOf('audit.jsonl').map((row) => row.request_id)).toEqual(['req-1']);
    await first.history.close();
    await second.history.close();
    expect(linesOf('audit.jsonl').map((row) => row.request_id)).toEqual(['req-1', 'req-2']);
    expect(existsSync(path('writer.lock'))).toBe(false);
  });

  test('a lock that a killed process left is taken over at once', async () => {
    mkdirSync(directory);
    const { hostname } = await import('node:os');
    writeFileSync(
      path('writer.lock'),
      JSON.stringify({ pid: process.pid, host: hostname(), key: 'k', started: 'x:1' }),
    );
    const gateway = start();
    await gateway.history.seeded;
    appendCalls(gateway, 1, 1);
    await gateway.history.flush();
    expect(gateway.changes).toEqual([]);
    expect(linesOf('audit.jsonl')).toHaveLength(1);
  });
});

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('on Linux', () => {
  test('a killed process that its parent has not waited for yet has no lock', async () => {
    mkdirSync(directory);
    // It becomes a program that waits for no child of its.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
    try {
      const pid = Number(String((await once(parent.stdout, 'data'))[0]));
      const { hostname } = await import('node:os');
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '');
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      const holder = { pid, host: hostname(), key: 'k', started: `${boot}:${stat.split(' ')[19]}` };
      writeFileSync(path('writer.lock'), JSON.stringify(holder));
      expect(await checkDirectory(directory)).toMatchObject({ holder: expect.stringContaining(`process ${pid} on `) });
      process.kill(pid, 'SIGKILL');
      await until(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '));
      expect(await checkDirectory(directory)).toEqual({ ok: true });
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

describe('checkDirectory', () => {
  test('leaves nothing behind of what it makes', async () => {
    expect(await checkDirectory(join(directory, 'deeper'))).toEqual({ ok: true });
    expect(existsSync(directory)).toBe(false);
  });

  test('names the process that writes there, and none that is gone', async () => {
    const gateway = start();
    await gateway.history.seeded;
    expect(await checkDirectory(directory)).toEqual({
      ok: true,
      holder: expect.stringMatching(`^process ${process.pid} on `),
    });
    await gateway.history.close();
    expect(await checkDirectory(directory)).toEqual({ ok: true });
  });

  test('says why it cannot be used', async () => {
    writeFileSync(directory, '');
    expect(await checkDirectory(directory)).toEqual({
      ok: false,
      cause: 'a file stands in the place of the directory',
    });
    expect(await checkDirectory('/proc/x/y')).toEqual({ ok: false, cause: 'a part of the path does not exist' });
  });
});
