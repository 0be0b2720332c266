// audit.db: its bounds, its failures, and that a row is told of once wherever it lies.
import { type CallRow, type ListRequest, MemoryCallStore } from '@dcc-mcp/call-store';
import { startJsonl } from '@dcc-mcp/call-store/jsonl';
import type { Query } from '@dcc-mcp/call-store/query';
import { type IndexChange, IndexedCallStore, type IndexOptions, RowIndex } from '@dcc-mcp/call-store/sqlite';
import { afterEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { toSequence } from '../../src/sqlite/row-sequence.ts';
import { callRow, FAILED, millisAt, traceOf } from '../rows.ts';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) {
    await end();
  }
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'row-index-'));
  ends.push(() => rmSync(directory, { recursive: true }));
  return directory;
}

interface Kept {
  readonly memory: MemoryCallStore;
  readonly index: RowIndex;
  readonly store: IndexedCallStore;
  readonly changes: readonly IndexChange[];
}

/** A memory of two calls and as many traces, and what lies behind it: most of it in blocks of three rows. */
async function start(options: Partial<IndexOptions> = {}): Promise<Kept> {
  const changes: IndexChange[] = [];
  const memory = new MemoryCallStore({ calls: 2, traces: 2, keptTraces: 2 });
  const index = new RowIndex(memory, {
    directory: options.directory ?? newDirectory(),
    onChange: (change) => changes.push(change),
    blockRows: 3,
    ...options,
  });
  ends.push(() => index.close());
  await index.open();
  return { memory, index, store: new IndexedCallStore(memory, index), changes };
}

function calls(count: number, changes: Partial<CallRow> = {}): readonly CallRow[] {
  return Array.from({ length: count }, (_, number) => callRow(number + 1, changes));
}

const durationAbove = (value: number): Query => ({
  anyOf: [[{ kind: 'comparison', field: 'duration_ms', operator: '>', value }]],
});

const numbersOf = (rows: readonly CallRow[]): readonly number[] => rows.map(({ duration_ms: number }) => number);

test('the oldest rows go where there are more than maxRows, and are counted', async () => {
  const { memory, index, store } = await start({ maxRows: 5 });
  calls(8).forEach((row) => memory.append('calls', row));
  await index.flush();
  const { total, rows, dropped } = await store.list('calls');
  expect([total, numbersOf(rows), dropped]).toEqual([5, [8, 7, 6, 5, 4], 3]);
  expect(index.health()).toMatchObject({ rows: 5, pruned: 3, dropped: 0 });
  expect((await store.usage()).calls).toMatchObject({ rows: 5, dropped: 3, appended: 8 });
});

test('all rows are looked at, wherever they lie, and none of blocks of other times', async () => {
  const { memory, index, store } = await start({ flushMillis: 600_000 });
  calls(7).forEach((row) => memory.append('calls', row));
  await index.flush();
  calls(2).forEach((row) => memory.append('calls', row));
  const scannedFor = async (request: ListRequest): Promise<number> => (await store.list('calls', request)).scanned;
  expect(await scannedFor({})).toBe(9);
  expect(await scannedFor({ query: durationAbove(6), limit: 1 })).toBe(9);
  // What is in no block, and what waits.
  expect(await scannedFor({ sinceMillis: millisAt(4) })).toBe(6);
});

test('the oldest rows go where more than maxBytes are in use', async () => {
  const { memory, index, store } = await start({ maxBytes: 400_000 });
  const output = { content: 'x'.repeat(20_000), mime_type: 'text/plain', truncated: false, original_size: 20_000 };
  for (let number = 0; number < 60; number += 1) {
    memory.append('traces', traceOf(number, { output: { ...output, estimated_tokens: 5000, redactions: 0 } }));
    await index.flush();
  }
  expect(index.health().bytes).toBeLessThan(450_000);
  const { total, rows, dropped = 0 } = await store.list('traces');
  expect([total + dropped, rows.length, rows[0]!.total_ms]).toEqual([60, total, 59]);
  expect(total).toBeGreaterThan(5);
});

test('rows that the queue has no place for are counted, and told of as long as the memory has them', async () => {
  const dropped: number[] = [];
  const { memory, index, store } = await start({ maxQueuedRows: 3, onDropped: () => dropped.push(1) });
  calls(5).forEach((row) => memory.append('calls', row));
  expect([dropped.length, index.health().dropped]).toEqual([2, 2]);
  const { total, rows } = await store.list('calls');
  expect([total, numbersOf(rows)]).toEqual([5, [5, 4, 3, 2, 1]]);
  await index.flush();
  expect((await store.list('calls')).total).toBe(5);
});

test('traces wait within a bound of bytes, which is free again once they are written', async () => {
  const { memory, index } = await start({ maxQueuedBytes: 100_000 });
  const output = { content: 'x'.repeat(40_000), mime_type: 'text/plain', truncated: false, original_size: 40_000 };
  const append = (count: number): void => {
    for (let number = 0; number < count; number += 1) {
      memory.append('traces', traceOf(number, { output: { ...output, estimated_tokens: 10_000, redactions: 0 } }));
    }
  };
  append(4);
  expect(index.health()).toMatchObject({ queued: 2, dropped: 2 });
  await index.flush();
  append(1);
  await index.flush();
  expect(index.health()).toMatchObject({ rows: 3, queued: 0, dropped: 2 });
});

test('a row that JSON can not hold is counted once, and told of as long as the memory has it', async () => {
  const dropped: number[] = [];
  const { memory, index, store } = await start({ onDropped: () => dropped.push(1) });
  // What a caller without types may append.
  const changes: object = { output_tokens: 7n };
  memory.append('calls', callRow(1));
  memory.append('calls', callRow(2, changes));
  await index.flush();
  memory.append('calls', callRow(3));
  await index.flush();
  expect([dropped.length, index.health().dropped, index.health().queued]).toEqual([1, 1, 0]);
  const { total, rows } = await store.list('calls');
  expect([total, numbersOf(rows)]).toEqual([3, [3, 2, 1]]);
});

test('a trace without spans takes none of those of others', async () => {
  const { memory, index, store } = await start();
  // What a caller without types may append.
  const changes: object = { spans: undefined };
  memory.append('traces', traceOf(1, changes));
  memory.append('traces', traceOf(2));
  await index.flush();
  [3, 4].forEach((number) => memory.append('traces', traceOf(number)));
  await index.flush();
  const [one, two] = [await store.trace('req-1'), await store.trace('req-2')];
  expect([one!.spans, two!.spans[0]!.duration_ms]).toEqual([undefined, 2]);
});

test('a damaged file is put aside, and the new one gets what the memory has', async () => {
  const directory = newDirectory();
  writeFileSync(join(directory, 'audit.db'), 'SQLite format 3\0 but no more'.repeat(300));
  const memory = new MemoryCallStore();
  calls(3).forEach((row) => memory.append('calls', row));
  const changes: IndexChange[] = [];
  const index = new RowIndex(memory, { directory, onChange: (change) => changes.push(change) });
  ends.push(() => index.close());
  await index.open();
  expect(index.health()).toMatchObject({ state: 'ok', rows: 3 });
  expect(changes).toEqual([
    {
      state: 'ok',
      severity: 'warning',
      message: expect.stringMatching(/ was damaged; it lies in .*audit\.db\.damaged now/),
    },
  ]);
  expect(readdirSync(directory)).toContain('audit.db.damaged');
});

test('a sound file of another program is put aside whole, and named as such', async () => {
  const directory = newDirectory();
  const other = new DatabaseSync(join(directory, 'audit.db'));
  other.exec("CREATE TABLE notes (text); INSERT INTO notes VALUES ('kept')");
  other.close();
  const changes: IndexChange[] = [];
  const index = new RowIndex(new MemoryCallStore(), { directory, onChange: (change) => changes.push(change) });
  ends.push(() => index.close());
  await index.open();
  expect(changes).toEqual([
    {
      state: 'ok',
      severity: 'warning',
      message: expect.stringContaining(' was a database of another program or of another version;'),
    },
  ]);
  const aside = new DatabaseSync(join(directory, 'audit.db.foreign'), { readOnly: true });
  ends.push(() => aside.close());
  expect(aside.prepare('SELECT text FROM notes').get()).toEqual({ text: 'kept' });
});

test('a file that is damaged while it is used is put aside, too', async () => {
  const { memory, index, store } = await start();
  calls(400).forEach((row) => memory.append('calls', row));
  await index.flush();
  const { file } = index.health();
  const other = new DatabaseSync(file);
  other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  other.close();
  writeFileSync(file, Buffer.alloc(statSync(file).size - 4096, 0x5a), { flag: 'r+' });
  await store.list('calls', { query: { anyOf: [[{ kind: 'text', text: 'sphere' }]] } });
  memory.append('calls', callRow(401));
  await index.flush();
  await index.flush();
  expect(index.health()).toMatchObject({ state: 'ok' });
  expect(numbersOf((await store.list('calls')).rows).slice(0, 2)).toEqual([401, 400]);
});

test('a file that is cut off while it is read ends no process, and is begun anew', async () => {
  const { memory, index, store } = await start({ blockRows: 500 });
  // More than a thread that reads has in its memory.
  const changes = { tool: 'x'.repeat(2000), turn_id: 'y'.repeat(2000), agent_name: 'z'.repeat(2000) };
  calls(2000, changes).forEach((row) => memory.append('calls', row));
  await index.flush();
  const { file } = index.health();
  const other = new DatabaseSync(file);
  other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  other.close();
  const totalOf = async (): Promise<number> => (await store.list('calls', { query: durationAbove(0) })).total;
  const before = await totalOf();
  truncateSync(file, 0);
  let read = 0;
  for await (const { row_id: id } of store.scan('calls')) {
    read += Number(id !== '');
  }
  expect([before, read < before, index.health().state]).toEqual([2000, true, 'failing']);
  memory.append('calls', callRow(2001));
  await index.flush();
  expect([await totalOf(), index.health().state]).toEqual([2, 'ok']);
});

test('a file of another version is begun anew', async () => {
  const directory = newDirectory();
  const other = new DatabaseSync(join(directory, 'audit.db'));
  other.exec('CREATE TABLE calls (something); PRAGMA user_version = 7');
  other.close();
  const { index } = await start({ directory });
  expect(index.health()).toMatchObject({ state: 'ok', rows: 0 });
});

test('a file of another version keeps its rows', async () => {
  const directory = newDirectory();
  const other = new DatabaseSync(join(directory, 'audit.db'));
  for (const name of ['calls_body', 'traces_body', 'traces_detail']) {
    const text = name === 'traces_detail' ? 'detail' : 'body';
    other.exec(`CREATE TABLE ${name} (seq INTEGER PRIMARY KEY, ${text} TEXT NOT NULL)`);
  }
  other.exec('CREATE TABLE calls (seq INTEGER PRIMARY KEY, tool); CREATE INDEX by_tool ON calls (tool)');
  other.exec('PRAGMA user_version = 7');
  const rows = calls(7);
  const insert = other.prepare('INSERT INTO calls_body VALUES (?, ?)');
  rows.forEach((row) => insert.run(toSequence(row.row_id)!, JSON.stringify(row)));
  other.close();
  const { index, store, changes } = await start({ directory });
  expect(index.health()).toMatchObject({ state: 'ok', rows: 7 });
  const { rows: listed } = await store.list('calls', { query: durationAbove(2) });
  expect([numbersOf(listed), changes]).toEqual([[7, 6, 5, 4, 3], []]);
});

test('rows that come after later ones have their place among them', async () => {
  const { memory, index, store } = await start();
  const rows = calls(10);
  for (const row of [...rows.slice(4), ...rows.slice(0, 4)]) {
    memory.append('calls', row);
    await index.flush();
  }
  expect(numbersOf((await store.list('calls')).rows)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  const { total, rows: page, next_cursor: cursor } = await store.list('calls', { query: durationAbove(1), limit: 7 });
  expect([total, numbersOf(page)]).toEqual([9, [10, 9, 8, 7, 6, 5, 4]]);
  expect(numbersOf((await store.list('calls', { query: durationAbove(1), cursor: cursor! })).rows)).toEqual([3, 2]);
  expect((await store.find('calls', 'req-2')).map(({ duration_ms: number }) => number)).toEqual([2]);
});

test('what is left of a block is counted, also by the next process', async () => {
  const directory = newDirectory();
  const first = await start({ directory, maxRows: 4 });
  for (const row of calls(8)) {
    first.memory.append('calls', row);
    await first.index.flush();
  }
  const { total } = await first.store.list('calls', { query: durationAbove(0) });
  await first.index.close();
  const { index, store } = await start({ directory, maxRows: 4 });
  expect([total, index.health().rows, numbersOf((await store.list('calls')).rows)]).toEqual([4, 4, [8, 7, 6, 5]]);
});

test('a row that comes after later ones were let go does not bring them back', async () => {
  const directory = newDirectory();
  const rows = calls(8);
  const first = await start({ directory, maxRows: 3 });
  for (const row of rows.slice(1)) {
    first.memory.append('calls', row);
    await first.index.flush();
  }
  await first.index.close();
  const { memory, index, store } = await start({ directory });
  memory.append('calls', rows[0]!);
  await index.flush();
  const { total, rows: listed } = await store.list('calls');
  expect([total, index.health().rows, numbersOf(listed)]).toEqual([4, 4, [8, 7, 6, 1]]);
});

test('a file that can not be opened leaves the memory to answer, and is said once', async () => {
  const directory = newDirectory();
  mkdirSync(join(directory, 'audit.db'));
  const { memory, index, store, changes } = await start({ directory });
  calls(3).forEach((row) => memory.append('calls', row));
  await index.flush();
  expect(await store.list('calls')).toMatchObject({ total: 2 });
  expect((await store.find('calls', 'req-2')).length + (await store.instanceTotals()).length).toBe(1);
  expect(index.health()).toMatchObject({ state: 'failing', queued: 3, last_error: expect.any(String) });
  expect(changes.map(({ state }) => state)).toEqual(['failing']);
});

test('a file that can be opened and not written is said once, until what waits is written', async () => {
  const { memory, index, changes } = await start();
  const other = new DatabaseSync(index.health().file);
  other.exec("CREATE TRIGGER full BEFORE INSERT ON calls_body BEGIN SELECT RAISE(FAIL, 'no room'); END");
  memory.append('calls', callRow(1));
  await index.flush();
  await index.flush();
  await index.flush();
  expect([index.health().state, index.health().last_error]).toEqual(['failing', 'no room']);
  expect(changes.map(({ state }) => state)).toEqual(['failing']);
  other.exec('DROP TRIGGER full');
  other.close();
  await index.flush();
  expect(changes.map(({ state }) => state)).toEqual(['failing', 'ok']);
  expect(index.health()).toMatchObject({ state: 'ok', rows: 1 });
});

test('rows that went are still counted when the file works again', async () => {
  const { memory, index, store } = await start({ maxRows: 2 });
  calls(5).forEach((row) => memory.append('calls', row));
  await index.flush();
  const other = new DatabaseSync(index.health().file);
  other.exec("CREATE TRIGGER full BEFORE INSERT ON calls_body BEGIN SELECT RAISE(FAIL, 'no room'); END");
  memory.append('calls', callRow(6));
  await index.flush();
  other.exec('DROP TRIGGER full');
  other.close();
  await index.flush();
  expect(index.health()).toMatchObject({ state: 'ok', rows: 2, pruned: 4 });
  expect((await store.list('calls')).dropped).toBe(4);
});

test('a row is made into text once, for the lines and for the index', async () => {
  const directory = newDirectory();
  const { memory, index } = await start({ directory });
  const lines = startJsonl(memory, { directory });
  ends.push(() => lines.close());
  await lines.seeded;
  const other = new DatabaseSync(index.health().file);
  other.exec("CREATE TRIGGER full BEFORE INSERT ON calls_body BEGIN SELECT RAISE(FAIL, 'no room'); END");
  let texts = 0;
  const row = callRow(1);
  const toJSON = (): object => {
    texts += 1;
    return row;
  };
  const changes: object = { toJSON };
  memory.append('calls', callRow(1, changes));
  await index.flush();
  await lines.flush();
  other.exec('DROP TRIGGER full');
  other.close();
  await index.flush();
  expect([index.health().rows, lines.health().audit.rows, texts]).toEqual([1, 1, 1]);
});

test('a file that was removed is begun anew with what the memory has', async () => {
  const { memory, index, store } = await start();
  calls(3).forEach((row) => memory.append('calls', row));
  await index.flush();
  rmSync(index.health().file);
  memory.append('calls', callRow(4));
  await index.flush();
  expect(numbersOf((await store.list('calls')).rows)).toEqual([4, 3]);
});

test('what was written is there for the next process, once', async () => {
  const directory = newDirectory();
  const first = await start({ directory });
  const rows = calls(5);
  rows.forEach((row) => first.memory.append('calls', row));
  first.memory.append('traces', traceOf(1));
  await first.index.close();
  const second = await start({ directory });
  second.memory.seed('calls', rows.slice(-2));
  second.memory.append('calls', callRow(6));
  expect(numbersOf((await second.store.list('calls')).rows)).toEqual([6, 5, 4, 3, 2, 1]);
  expect(await second.store.trace('req-1')).toMatchObject({ request_id: 'req-1', spans: [{}], requests: [{}] });
});

test('statistics and totals are those of all rows, wherever they lie', async () => {
  const { memory, index, store } = await start();
  const all = new MemoryCallStore();
  const rows = [...calls(6, { instance_id: 'i-1', agent_name: 'Ada' }), callRow(7, { ...FAILED, instance_id: 'i-2' })];
  for (const [number, row] of rows.entries()) {
    [memory, all].forEach((each) => each.append('calls', row));
    [memory, all].forEach((each) => each.append('traces', traceOf(number, { operation: 'search', output_tokens: 3 })));
    if (number === 4) {
      await index.flush();
    }
  }
  const request = { range: '1h', since: millisAt(2), until: millisAt(60), toolSlugs: ['nobody'] } as const;
  expect(await store.stats(request)).toEqual(await all.stats(request));
  expect(await store.stats({ ...request, since: millisAt(0) })).toMatchObject({ total_calls: 7, complete: false });
  const byName = (totals: Awaited<ReturnType<typeof store.instanceTotals>>): unknown =>
    totals.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  expect(byName(await store.instanceTotals())).toEqual(byName(await all.instanceTotals()));
});

test('a row without a time is in no range, and in the totals', async () => {
  const { memory, index, store } = await start();
  // What a caller without types may append.
  const changes: object = { timestamp: undefined };
  memory.append('calls', callRow(0, changes));
  const day = { range: '24h', since: millisAt(0), until: millisAt(61) } as const;
  expect(await store.stats(day)).toMatchObject({ total_calls: 0, complete: false });
  expect(index.health()).toMatchObject({ state: 'ok' });
  for (const row of [...calls(3, { instance_id: 'i-1', ...changes }), ...calls(6, { instance_id: 'i-1' })]) {
    memory.append('calls', row);
    await index.flush();
  }
  const times = { since: millisAt(0), until: millisAt(60) };
  expect(await store.stats({ range: '1h', ...times })).toMatchObject({ total_calls: 6 });
  expect(await store.list('calls', { sinceMillis: times.since })).toMatchObject({ total: 6 });
  expect(await store.instanceTotals()).toMatchObject([{ name: 'i-1', count: 9 }]);
  expect(index.health()).toMatchObject({ state: 'ok', rows: 10 });
});

test('bounds are positive integers', () => {
  const memory = new MemoryCallStore();
  expect(() => new RowIndex(memory, { directory: newDirectory(), maxRows: 0 })).toThrow(RangeError);
});
