// Connections of the port while a worker ends.
import { type ServedHttp, serveConnections } from '@dcc-mcp/http-adapter/node';
import { afterEach, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { openConnectionDesk } from '../../src/cluster/workers/pool/connection-desk.ts';
import { forkWorker } from '../../src/cluster/workers/pool/fork-worker.ts';
import { WorkerPool } from '../../src/cluster/workers/pool/worker-pool.ts';
import { until } from '../upstream/fixtures/harness.ts';

const DISCONNECTED = fileURLToPath(new URL('../fixtures/disconnected.mjs', import.meta.url));

let pool: WorkerPool | undefined;
let desk: ServedHttp | undefined;

afterEach(async () => {
  pool?.stopReplacing();
  await pool?.kill(0);
  await desk?.close();
});

function fail(error: unknown): never {
  throw error;
}

function startPool(count: number): WorkerPool {
  pool = new WorkerPool({
    count,
    startProcess: () => forkWorker(DISCONNECTED),
    onStarted: () => {},
    onDied: () => {},
    onError: fail,
  });
  pool.start();
  pool.all().forEach((worker) => worker.ready());
  return pool;
}

async function openDesk({ serving }: WorkerPool): Promise<ServedHttp> {
  const own = serveConnections(async () => ({ status: 200, headers: {}, body: 'own' }));
  desk = await openConnectionDesk({ host: '127.0.0.1', port: 0, own, serving: serving.bind(pool) });
  return desk;
}

test('workers whose channels have ended, and who have not, get no connections: the process serves them itself', async () => {
  const running = startPool(2);
  const asked = running.all().map(({ peer }) => peer.call('worker.start'));
  expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(running.serving()).toHaveLength(2);
  const { url } = await openDesk(running);
  expect(await (await fetch(url)).text()).toBe('own');
  expect(running.serving()).toHaveLength(0);
});

test('nobody waits for a worker that is killed while a connection is on its way to it, which another one serves', async () => {
  const running = startPool(1);
  const [worker] = running.all();
  process.kill(worker!.pid!, 'SIGSTOP');
  running.stopReplacing();
  const { url } = await openDesk(running);
  const answer = fetch(url);
  await until(() => worker!.connections === 1);
  const asked = worker!.peer.call('worker.start');
  worker!.kill();
  await expect(asked).rejects.toThrow('the other process is gone');
  expect(await (await answer).text()).toBe('own');
});
