// The rows of workers in the history of the process that keeps them.
import { type CallRow, MemoryCallStore, newRowId, type Trace } from '@dcc-mcp/call-store';
import { expect, jest, test } from '@jest/globals';
import { CollectedRows } from '../../src/cluster/workers/rows/collected-rows.ts';
import type { TakenRows } from '../../src/cluster/workers/rows/row-courier.ts';
import { OperationSender } from '../../src/recording/rows/sent-operations.ts';
import { startWorkers } from '../fixtures/worker-states.ts';

const CAPACITIES = {
  history: true,
  slowMs: 1000,
  calls: 100,
  traces: 3,
  events: 100,
  searches: 100,
  frames: 1,
  redactPaths: [],
};

function onNothing(): void {}

function storeOf(state: ReturnType<ReturnType<typeof startWorkers>['join']>) {
  return state.createCallStore({
    capacities: CAPACITIES,
    serviceInstanceId: 'w',
    sharedRows: 5_000,
    onError: onNothing,
    onNotShared: onNothing,
  });
}

function callRow(row_id: string): CallRow {
  return { row_id, timestamp: new Date().toISOString() } as CallRow;
}

function takenRow(id: string): TakenRows {
  return { rows: [{ id, kind: 'calls', row: callRow(id) }], operations: new OperationSender().send([]) };
}

test('rows of two workers are read in the order of their keys', async () => {
  const workers = startWorkers();
  const [first, second] = [storeOf(workers.join()), storeOf(workers.join())];
  const ids = Array.from({ length: 6 }, () => newRowId());
  ids.forEach((id, index) => (index % 2 === 0 ? first : second).appendLater('calls', { id, make: () => callRow(id) }));
  const { rows } = await first.list('calls');
  expect(rows.map(({ row_id: id }) => id)).toEqual(ids.toReversed());
});

test('values of a field are counted over the rows of all workers', async () => {
  const workers = startWorkers();
  const [first, second] = [storeOf(workers.join()), storeOf(workers.join())];
  [first, second, second].forEach((store) => store.append('calls', { ...callRow(newRowId()), outcome: 'timeout' }));
  expect(await first.facet('calls', { field: 'outcome' })).toEqual({
    total: 1,
    values: [{ value: 'timeout', count: 3 }],
    complete: true,
  });
});

test('of good traces that wait only as many are made as are kept, and each that failed', async () => {
  const store = storeOf(startWorkers().join());
  const made: string[] = [];
  const add = (id: string, isKept: boolean): void =>
    store.appendLater('traces', {
      id,
      isKept,
      make: () => {
        made.push(id);
        return { row_id: id, timestamp: new Date().toISOString(), spans: [] } as unknown as Trace;
      },
    });
  const good = Array.from({ length: 10 }, () => newRowId());
  good.slice(0, 5).forEach((id) => add(id, false));
  const failed = newRowId();
  add(failed, true);
  good.slice(5).forEach((id) => add(id, false));
  await store.usage();
  expect(made).toEqual([failed, ...good.slice(7)]);
});

test('a row that can not be made is told of and costs no other', async () => {
  const workers = startWorkers();
  const told: unknown[] = [];
  const state = workers.join();
  const store = state.createCallStore({
    capacities: CAPACITIES,
    serviceInstanceId: 'w',
    sharedRows: 5_000,
    onError: (error) => told.push(error),
    onNotShared: () => {},
  });
  const id = newRowId();
  store.appendLater('calls', {
    id: newRowId(),
    make: () => {
      throw new Error('oh');
    },
  });
  store.appendLater('calls', { id, make: () => callRow(id) });
  expect(await store.find('calls', id)).toHaveLength(1);
  expect(told).toHaveLength(1);
});

test('a row that can not be added is told of, and rows are fetched as before', async () => {
  const store = new MemoryCallStore({ calls: 10 });
  const append = jest.spyOn(store, 'append').mockImplementationOnce(() => {
    throw new Error('oh');
  });
  const told: unknown[] = [];
  const peers = [{ call: async () => takenRow(newRowId()) }];
  const rows = new CollectedRows({ store, peers: () => peers, onError: (error) => told.push(error) });
  await rows.collect();
  await rows.collect();
  await rows.close();
  expect(told).toEqual([new Error('oh')]);
  expect(append.mock.calls.length).toBeGreaterThan(1);
});
