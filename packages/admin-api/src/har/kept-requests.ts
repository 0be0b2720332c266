import type { CallRow, CallStore, Trace } from '@dcc-mcp/call-store';
import type { HarKey, RowKey } from './har-key.ts';

/** Rows that are read together: a whole store may be looked through for each block, and one block is held at a time. */
const BLOCK = 100;

/** A key, and what is kept of it (still). */
export interface FoundRequest {
  readonly key: HarKey;
  readonly call: CallRow | undefined;
  readonly trace: Trace | undefined;
}

/** What is kept of requests, in their order: calls and traces of the same row id belong together. */
export async function* keptRequests(
  store: CallStore,
  keys: readonly HarKey[],
): AsyncGenerator<FoundRequest, void, undefined> {
  for (let from = 0; from < keys.length; from += BLOCK) {
    const block = keys.slice(from, from + BLOCK);
    const short = block.filter(isShort);
    const calls = await readBlock(store, 'calls', short);
    const traces = await readBlock(store, 'traces', short);
    for (const key of block) {
      if (key.rowId === undefined) {
        yield { key, call: undefined, trace: undefined };
      } else {
        const { rowId, isLong } = key;
        yield {
          key,
          call: isLong ? await readOne(store, 'calls', rowId) : calls.get(rowId),
          trace: isLong ? await readOne(store, 'traces', rowId) : traces.get(rowId),
        };
      }
    }
  }
}

interface Kinds {
  readonly calls: CallRow;
  readonly traces: Trace;
}

function isShort(key: HarKey): key is RowKey {
  return key.rowId !== undefined && !key.isLong;
}

/** Of the time in which they ended: rows of busy seconds before and after are not looked at. */
async function readBlock<Kind extends keyof Kinds>(
  store: CallStore,
  kind: Kind,
  keys: readonly RowKey[],
): Promise<ReadonlyMap<string, Kinds[Kind]>> {
  const found = new Map<string, Kinds[Kind]>();
  if (keys.length === 0) {
    return found;
  }
  const wanted = new Set(keys.map(({ rowId }) => rowId));
  const ends = keys.map(({ timestamp }) => Date.parse(timestamp));
  for await (const row of store.scan(kind, { sinceMillis: Math.min(...ends), untilMillis: Math.max(...ends) })) {
    if (wanted.has(row.row_id)) {
      found.set(row.row_id, row);
    }
    if (found.size === wanted.size) {
      break;
    }
  }
  return found;
}

async function readOne<Kind extends keyof Kinds>(
  store: CallStore,
  kind: Kind,
  rowId: string,
): Promise<Kinds[Kind] | undefined> {
  const rows: readonly Kinds[Kind][] = await store.find(kind, rowId);
  return rows.find(({ row_id: id }) => id === rowId);
}
