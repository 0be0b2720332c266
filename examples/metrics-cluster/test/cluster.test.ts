import { NodeProcess } from '@dcc-mcp/test-kit/node-process';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';

const REQUESTS = 'http_requests_total{method="GET",handler="/hello",status="200"}';
const ATTEMPTS = 500;

let app: NodeProcess;
let url: string;

beforeEach(async () => {
  app = new NodeProcess('server.mjs', { cwd: new URL('..', import.meta.url).pathname, env: { PORT: '0' } });
  url = await app.firstLine();
});
afterEach(() => app.stop());

/** A connection of its own each time, so that any process may get it. */
async function get(path: string): Promise<string> {
  const response = await fetch(`${url}${path}`, { headers: { connection: 'close' } });
  return response.text();
}

/** The scrape in which `line` stands. */
async function scrapeWith(line: string): Promise<string> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const text = await get('/metrics');
    if (text.includes(`${line}\n`)) {
      return text;
    }
    await sleep(20);
  }
  throw new Error(`"${line}" is in no scrape: ${app.stderr}`);
}

describe('an Express app in node:cluster', () => {
  test('counts the requests of all processes, also of one that was killed', async () => {
    await scrapeWith('dcc_mcp_workers{state="ready"} 3');
    const processes = new Set<string>();
    let requests = 0;
    while (processes.size < 3 && requests < ATTEMPTS) {
      processes.add(await get('/hello'));
      requests += 1;
    }
    expect(processes.size).toBe(3);
    await scrapeWith(`${REQUESTS} ${requests}`);
    process.kill(Number([...processes][0]?.replace('hello from ', '')), 'SIGKILL');
    await scrapeWith('dcc_mcp_workers{state="ready"} 2');
    await scrapeWith('dcc_mcp_workers{state="ready"} 3');
    // Where the machine is busy, not every process answers every scrape in time.
    expect(await scrapeWith('dcc_mcp_scrape_incomplete 0')).toContain(`${REQUESTS} ${requests}\n`);
    expect(app.stderr).toMatch(/^\d+ died; its counts stay$/m);
  });
});
