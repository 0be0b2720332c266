import { NodeProcess } from '@dcc-mcp/test-kit/node-process';
import { describeWithTools, startPrometheus } from '@dcc-mcp/test-kit/prometheus';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ACCEPT } from '../scrape/scrape-kit.ts';
import { parseExposition } from '../text/exposition-grammar.ts';

const SHOP = fileURLToPath(new URL('shop.ts', import.meta.url));
const agent = new Agent({ keepAlive: false });

let shop: NodeProcess;
let port: number;
let lastError = '';
let stopPlacing = (): void => {};

beforeEach(async () => {
  shop = new NodeProcess(SHOP, { args: ['3'] });
  port = Number(await shop.firstLine());
}, 30_000);
afterEach(async () => {
  stopPlacing();
  await shop.stop();
});
afterAll(() => agent.destroy());

/** The body, or `undefined` when the worker that had the request was killed. Each request gets a connection, and so a worker, of its own. */
function get(path: string, accept: string = ACCEPT.prometheusText): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request({ port, path, host: '127.0.0.1', agent, headers: { accept }, timeout: 500 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      lastError = `${response.statusCode} ${body}`;
      response.on('end', () => resolve(response.statusCode === 200 ? body : undefined));
      response.on('error', () => resolve(undefined));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', (error) => ((lastError = String(error)), resolve(undefined))).end();
  });
}

async function scrape(): Promise<Map<string, number>> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const text = await get('/metrics');
    if (text !== undefined) {
      return readSamples(text);
    }
  }
  throw new Error(`nobody answers: ${lastError} ${shop.stderr}`);
}

/** What may only grow, by name and labels. */
function readSamples(text: string): Map<string, number> {
  const samples = parseExposition(text, 'prometheus').flatMap((family) =>
    family.samples.map(({ name, labels, value }) => [`${name}${JSON.stringify([...labels])}`, value] as const),
  );
  return new Map(samples.filter(([name]) => /_total|_bucket|_sum|_count/.test(name)));
}

const ORDERS = `orders_total${JSON.stringify([['kind', '/order']])}`;

/** Places orders until told to stop; gives the number of those that were answered. */
function placeOrders(): { stop(): Promise<number> } {
  const stopped = new AbortController();
  const placing = (async () => {
    let answered = 0;
    while (!stopped.signal.aborted) {
      const pids = await Promise.all([get('/order'), get('/order'), get('/order')]);
      answered += pids.filter((pid) => pid !== undefined).length;
      await sleep(2); // so that new workers get to start
    }
    return answered;
  })();
  stopPlacing = () => {
    stopped.abort();
  };
  return {
    stop() {
      stopped.abort();
      return placing;
    },
  };
}

async function allReady(): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if ((await get('/metrics'))?.includes('dcc_mcp_workers{state="ready"} 3\n') === true) {
      return;
    }
    await sleep(20);
  }
  throw new Error(`not all are ready: ${lastError} ${shop.stderr}`);
}

/** Ends one worker, when all are there: a port that no worker listens on is closed. */
async function endOneWorker(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  await allReady();
  const pid = Number(await get('/who'));
  if (pid > 0) {
    process.kill(pid, signal);
  }
}

describe('a service in node:cluster', () => {
  test('never takes a count back while workers are killed in a loop under load', async () => {
    const orders = placeOrders();
    let before = await scrape();
    const shrunk: string[] = [];
    const look = async (): Promise<void> => {
      const now = await scrape();
      shrunk.push(...[...before].filter(([name, value]) => !((now.get(name) ?? 0) >= value)).map(([name]) => name));
      before = now;
    };
    for (let round = 0; round < 4; round += 1) {
      for (let looks = 0; looks < 8; looks += 1) {
        await look();
      }
      await endOneWorker('SIGKILL');
    }
    const answered = await orders.stop();
    await look();
    expect(shrunk).toEqual([]);
    expect(before.get(ORDERS)).toBeGreaterThan(answered / 2);
  }, 60_000);

  test('loses nothing of workers that are told to end', async () => {
    const orders = placeOrders();
    for (let round = 0; round < 3; round += 1) {
      await scrape();
      await endOneWorker('SIGTERM');
    }
    const answered = await orders.stop();
    expect((await scrape()).get(ORDERS)).toBeGreaterThanOrEqual(answered);
  }, 60_000);
});

describeWithTools({ describe, test }, ['prometheus'])('a service in node:cluster and a real Prometheus', () => {
  test('is up, without resets, while workers are killed', async () => {
    const prometheus = await startPrometheus({ targets: [`127.0.0.1:${port}`] });
    const orders = placeOrders();
    try {
      for (let scrapes = 2; scrapes <= 4; scrapes += 1) {
        await prometheus.waitUntilUp(scrapes);
        await endOneWorker('SIGKILL');
      }
      await prometheus.waitUntilUp(5);
      expect(await prometheus.query('max(resets(orders_total[1m]))')).toMatchObject([{ value: 0 }]);
      expect(await prometheus.query('max(resets(order_duration_seconds_count[1m]))')).toMatchObject([{ value: 0 }]);
      expect(await prometheus.query('sum(dcc_mcp_workers)')).toMatchObject([{ value: 3 }]);
    } finally {
      await orders.stop();
      await prometheus.stop();
    }
  }, 90_000);
});
