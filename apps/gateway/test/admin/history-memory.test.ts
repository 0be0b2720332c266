// What is remembered of a call is small, whatever the call brought: its content belongs to its trace, of which fewer are kept.
import { afterEach, expect, test } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startEchoServer } from '../fixtures/echo-server.ts';
import { startGateway } from '../fixtures/start-gateway.ts';
import { type RestGateway, startRestGateway } from '../rest/rest-gateway.ts';

const CALLS = 1_200;
const BYTES = 30_000;
/** Of each 16 KiB are remembered by its trace. */
const ALL_CONTENT = CALLS * 16_384;

let rest: RestGateway | undefined;

afterEach(async () => {
  await rest?.gateway.stop();
  rest = undefined;
});

/** Of objects, and of what they hold outside of V8's heap, which is let go of in a turn after theirs. */
async function heldBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let time = 0; time < 3; time += 1) {
    collect();
    await setTimeout(20);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test('rows of calls hold no content of theirs, and neither do failed ones', async () => {
  rest = await startRestGateway({ admin: { traces: 1 } });
  const call = async (index: number): Promise<void> => {
    const pad = String(index).padEnd(BYTES, 'x');
    await rest!.post('/v1/call', { tool_slug: rest!.toolbox(index % 2 === 0 ? 'add' : 'nope'), arguments: { pad } });
  };
  for (let index = 0; index < 20; index += 1) {
    await call(index);
  }
  const before = await heldBytes();
  for (let index = 0; index < CALLS; index += 1) {
    await call(index);
  }
  expect((await heldBytes()) - before).toBeLessThan(ALL_CONTENT / 2);
  const { body } = await rest.get('/v1/debug/calls?limit=1');
  expect(body['total']).toBe(CALLS + 20);
}, 30_000);

test('contents of all traces have a bound: those of the oldest go, and say so', async () => {
  const server = await startEchoServer({ echo: { type: 'object' } });
  const gateway = await startGateway({ config: { mcpServers: { echo: { url: server.url } } } });
  try {
    await gateway.ready();
    const get = async (path: string) => (await (await fetch(gateway.url + path)).json()) as Record<string, unknown>;
    const { instances } = (await get('/v1/instances')) as { instances: readonly { instance_short: string }[] };
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        tool_slug: `echo.${instances[0]!.instance_short}.echo`,
        arguments: { pad: 'x'.repeat(65_000) },
      }),
    };
    const ids: string[] = [];
    for (let index = 0; index < 450; index += 1) {
      ids.push((await fetch(`${gateway.url}/v1/call`, init)).headers.get('x-request-id')!);
    }
    const { stores } = (await get('/v1/debug/health')) as { stores: Readonly<Record<string, Record<string, number>>> };
    const { rows, payload_bytes: bytes, payloads_dropped: dropped } = stores['traces']!;
    // One that was slow on a busy machine is kept apart.
    expect(rows! + stores['kept_traces']!['rows']!).toBe(450);
    expect(bytes).toBeLessThanOrEqual(32 * 1024 * 1024);
    expect(dropped).toBeGreaterThan(10);
    const gone = { content: '', truncated: true, dropped: true, redactions: 0, original_size: expect.any(Number) };
    expect(await get(`/v1/debug/traces/${ids[0]!}`)).toMatchObject({ input: gone, output: gone });
    const { output } = (await get(`/v1/debug/traces/${ids.at(-1)!}`)) as { output: { content: string } };
    expect(output.content.length).toBeGreaterThan(65_000);
  } finally {
    await gateway.stop();
    server.close();
  }
}, 60_000);
