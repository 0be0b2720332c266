import { type CallRow, MemoryCallStore } from '@dcc-mcp/call-store';
import { startJsonl } from '@dcc-mcp/call-store/jsonl';
import { RowIndex } from '@dcc-mcp/call-store/sqlite';
import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callRow, traceOf } from './rows.ts';

describe('appendLater', () => {
  test('makes a row when somebody looks at it, and once only', async () => {
    const store = new MemoryCallStore();
    let made = 0;
    const row = callRow(1);
    store.appendLater('calls', {
      id: row.row_id,
      make: () => {
        made += 1;
        return row;
      },
    });
    const before = made;
    await store.list('calls');
    const { rows } = await store.list('calls');
    const { calls } = await store.usage();
    expect([before, made, calls.appended, rows]).toEqual([0, 1, 1, [row]]);
  });

  test('a row that is let go before is never made', () => {
    const store = new MemoryCallStore({ calls: 1 });
    const made: number[] = [];
    for (let number = 0; number < 3; number += 1) {
      const row = callRow(number);
      store.appendLater('calls', {
        id: row.row_id,
        make: () => {
          made.push(number);
          return row;
        },
      });
    }
    expect(made).toEqual([]);
  });

  test('makes it for those who are told of rows and look at it, and keeps it then', async () => {
    const store = new MemoryCallStore();
    const told: CallRow[] = [];
    store.subscribe(['calls'], (event) =>
      told.push(...(event.type === 'row' && event.kind === 'calls' ? [event.row] : [])),
    );
    const row = callRow(1);
    store.appendLater('calls', { id: row.row_id, make: () => ({ ...row }) });
    const { rows } = await store.list('calls');
    expect([told, rows[0] === told[0]]).toEqual([[row], true]);
  });

  test('is made once for lines and index, and not kept made for them', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'late-rows-'));
    const store = new MemoryCallStore();
    const [index, lines] = [new RowIndex(store, { directory }), startJsonl(store, { directory })];
    await index.open();
    let made = 0;
    const row = callRow(1);
    const make = (): CallRow => {
      made += 1;
      return row;
    };
    store.appendLater('calls', { id: row.row_id, make });
    const counts = [made];
    await Promise.all([index.flush(), lines.flush()]);
    counts.push(made);
    await store.list('calls');
    await store.list('calls');
    await Promise.all([index.close(), lines.close()]);
    expect([...counts, made]).toEqual([0, 1, 2]);
    expect(readFileSync(join(directory, 'audit.jsonl'), 'utf8')).toBe(`${JSON.stringify(row)}\n`);
    rmSync(directory, { recursive: true });
  });

  test('makes none that lies before the row that a reader goes on after', () => {
    const store = new MemoryCallStore();
    const rows = [1, 2, 3].map((number) => callRow(number));
    const made: string[] = [];
    for (const row of rows) {
      store.appendLater('calls', {
        id: row.row_id,
        make: () => {
          made.push(row.row_id);
          return row;
        },
      });
    }
    store.subscribe(['calls'], () => undefined, { after: rows[1]!.row_id });
    expect(made).toEqual([rows[2]!.row_id]);
  });

  test('a trace that is kept is not pushed out by others', async () => {
    const store = new MemoryCallStore({ traces: 1, keptTraces: 1 });
    const failed = traceOf(1, { success: false, outcome: 'timeout' });
    store.appendLater('traces', { id: failed.row_id, isKept: true, make: () => failed });
    for (let number = 2; number < 5; number += 1) {
      const trace = traceOf(number);
      store.appendLater('traces', { id: trace.row_id, make: () => trace });
    }
    expect(await store.trace(failed.trace_id)).toMatchObject({ row_id: failed.row_id });
  });

  test('keeps the bounds of a row', async () => {
    const store = new MemoryCallStore();
    const row = callRow(1, { agent_name: 'x'.repeat(5_000) });
    store.appendLater('calls', { id: row.row_id, make: () => row });
    const { rows } = await store.list('calls');
    expect(rows[0]!.agent_name).toHaveLength(2_048);
  });
});
