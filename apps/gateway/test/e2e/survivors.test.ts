// A call is garbage when it is over: a real process under calls, whose young generation is collected on demand.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Caller, connectCallers, findSlug } from '../fixtures/callers.ts';
import { type EchoServer, startEchoServer } from '../fixtures/echo-server.ts';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';

const SURVIVORS = join(import.meta.dirname, '../fixtures/survivors.mjs');
/** Of some 50,000 that a call takes. More than 10,000 were left once, by one closure or map that outlives its call. */
const MAX_LEFT_BYTES = 3_000;
const AT_ONCE = 16;
const WARM_UP = 800;
const CALLS = 800;
/** Of 10 ms each, for one collection. */
const MAX_WAITS = 1_000;

let server: EchoServer;
let gateway: GatewayProcess;
let callers: readonly Caller[];
let slug: string;

beforeAll(async () => {
  server = await startEchoServer({ echo: { type: 'object' } });
  gateway = await startGatewayProcess({
    config: { mcpServers: { up: { url: server.url, concurrency: 64 } } },
    // Rows of the history are to be kept.
    env: { NODE_OPTIONS: `--import=${SURVIVORS}`, DCC_MCP_ADMIN_HISTORY: 'false' },
  });
  await gateway.ready();
  callers = await connectCallers(gateway.url);
  slug = await findSlug(gateway.url, 'up', 'echo');
}, 30_000);

afterAll(async () => {
  await Promise.all((callers ?? []).map((caller) => caller.close()));
  await gateway?.stop();
  server?.close();
});

async function call(caller: Caller, times: number): Promise<void> {
  for (let done = 0; done < times; done += AT_ONCE) {
    const answers = Array.from({ length: AT_ONCE }, () =>
      caller.run('call', { tool_slug: slug, arguments: { text: 'a' } }),
    );
    await Promise.all(answers);
  }
}

/** Bytes that a collection of the young generation leaves. */
async function left(): Promise<number> {
  const before = said().length;
  gateway.process.kill('SIGUSR2');
  for (let waited = 0; said().length === before && waited < MAX_WAITS; waited += 1) {
    await wait(10);
  }
  expect(said()).toHaveLength(before + 1);
  return Number(said().at(-1));
}

const said = (): readonly string[] => Array.from(gateway.stderr().matchAll(/^left (\d+)$/gm), ([, bytes]) => bytes!);

test.each(['MCP 2025-11-25', 'MCP 2026-07-28', 'plain HTTP'])(
  'nothing of a call outlives its answer: %s',
  async (client) => {
    const caller = callers.find(({ name }) => name === client)!;
    await call(caller, WARM_UP);
    await left();
    const before = await left();
    await call(caller, CALLS);
    const bytes = ((await left()) - before) / CALLS;
    expect(bytes).toBeLessThan(MAX_LEFT_BYTES);
  },
  60_000,
);
