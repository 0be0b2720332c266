import type { CallRow, CallStore, Trace } from '@dcc-mcp/call-store';
import { type HarKey, MAX_READ_TOGETHER_MILLIS } from './har-key.ts';

/** Rows that are read together: a whole store is looked through for each block, and one block is held at a time. */
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
    const calls = await readBlock(store, 'calls', block);
    const traces = await readBlock(store, 'traces', block);
    for (const key of block) {
      const { rowId = '', isLong } = key;
      yield {
        key,
        call: calls.get(rowId) ?? (isLong === true ? await readOne(store, 'calls', rowId) : undefined),
        trace: traces.get(rowId) ?? (isLong === true ? await readOne(store, 'traces', rowId) : undefined),
      };
    }
  }
}

interface Kinds {
  readonly calls: CallRow;
  readonly traces: Trace;
}

async function readBlock<Kind extends keyof Kinds>(
  store: CallStore,
  kind: Kind,
  block: readonly HarKey[],
): Promise<ReadonlyMap<string, Kinds[Kind]>> {
  const wanted = new Set(block.filter(({ isLong }) => isLong === false).map(({ rowId }) => rowId));
  const sinceMillis = Date.parse(block[0]?.startedAt ?? '');
  const untilMillis = Date.parse(block.at(-1)?.startedAt ?? '') + MAX_READ_TOGETHER_MILLIS;
  const found = new Map<string, Kinds[Kind]>();
  if (wanted.size === 0) {
    return found;
  }
  for await (const row of store.scan(kind, { sinceMillis, untilMillis })) {
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
