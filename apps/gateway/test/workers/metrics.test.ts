// One scrape has what all workers counted, whichever answers it, and whichever of them has died.
import { afterEach, expect, test } from '@jest/globals';
import { type EchoServer, startEchoServer } from '../fixtures/echo-server.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { type GatewayProcess, post, slugOf, startWithWorkers, workersOf } from './worker-gateway.ts';

let gateway: GatewayProcess;
let echo: EchoServer;

async function start(): Promise<string> {
  echo = await startEchoServer({ repeat: { type: 'object' } });
  gateway = await startWithWorkers({ args: ['--metrics'], config: { mcpServers: { echo: { url: echo.url } } } });
  return slugOf(gateway.url, 'repeat');
}

afterEach(async () => {
  await gateway.stop();
  echo.close();
});

async function scrape(): Promise<string> {
  return (await fetch(`${gateway.url}/metrics`, { headers: { connection: 'close' } })).text();
}

/** The sum of the series of a metric whose labels have all of these. */
function valueOf(text: string, name: string, ...labels: readonly string[]): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines
    .filter((line) => labels.every((label) => line.includes(label)))
    .reduce(
      (sum, line) =>
        sum +
        Number(
          line
            .slice(line.lastIndexOf('} ') + 1)
            .trim()
            .split(' ')
            .at(-1),
        ),
      0,
    );
}

const CALLS = 'dcc_mcp_tool_calls_total';

test('a scrape counts each call once, wherever it was answered, and says how many workers there are', async () => {
  const slug = await start();
  for (let i = 0; i < 10; i += 1) {
    await post(gateway.url, '/v1/call', { tool_slug: slug, arguments: {} });
  }
  for (let asked = 0; asked < 4; asked += 1) {
    const text = await scrape();
    expect(valueOf(text, CALLS)).toBe(10);
    expect(valueOf(text, 'dcc_mcp_workers', 'state="ready"')).toBe(2);
    expect(valueOf(text, 'dcc_mcp_workers', 'state="dead"')).toBe(0);
    expect(valueOf(text, 'dcc_mcp_scrape_incomplete')).toBe(0);
    expect(valueOf(text, 'dcc_mcp_gateway_upstreams', 'state="ready"')).toBe(1);
    expect(valueOf(text, 'dcc_mcp_registered_tools')).toBe(1);
    expect(text.match(/^target_info\{/gm)).toHaveLength(1);
  }
});

test('no counter goes down while workers die one after the other', async () => {
  const slug = await start();
  let before = 0;
  for (let death = 0; death < 2; death += 1) {
    for (let i = 0; i < 6; i += 1) {
      expect(await post(gateway.url, '/v1/call', { tool_slug: slug, arguments: {} })).toMatchObject({ status: 200 });
    }
    // What a scrape has told is kept.
    const told = valueOf(await scrape(), CALLS);
    expect(told).toBe(before + 6);
    const [victim] = workersOf(gateway);
    process.kill(victim!, 'SIGKILL');
    await until(() => !workersOf(gateway).includes(victim!) && workersOf(gateway).length === 2, 10_000);
    expect(valueOf(await scrape(), CALLS)).toBe(told);
    await until(async () => valueOf(await scrape(), 'dcc_mcp_workers', 'state="ready"') === 2, 10_000);
    before = told;
  }
});

test('a worker that hangs makes a scrape say so, and no slower than half a second', async () => {
  const slug = await start();
  await post(gateway.url, '/v1/call', { tool_slug: slug, arguments: {} });
  await scrape();
  const [hanging] = workersOf(gateway);
  process.kill(hanging!, 'SIGSTOP');
  try {
    // Half of the connections go to the one that hangs.
    const texts = [0, 1].map(() => scrape());
    const text = await Promise.any(texts);
    expect(valueOf(text, 'dcc_mcp_scrape_incomplete')).toBe(1);
    expect(valueOf(text, CALLS)).toBe(1);
    process.kill(hanging!, 'SIGCONT');
    await Promise.all(texts);
  } finally {
    process.kill(hanging!, 'SIGCONT');
  }
});
