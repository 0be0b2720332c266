// What is remembered of a call is small, whatever the call brought: its content belongs to its trace, of which fewer are kept.
import { afterEach, expect, test } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type RestGateway, startRestGateway } from '../rest/rest-gateway.ts';

const CALLS = 600;
const BYTES = 30_000;
/** Of each 16 KiB are remembered by its trace. */
const ALL_CONTENT = CALLS * 16_384;

let rest: RestGateway | undefined;

afterEach(async () => {
  await rest?.gateway.stop();
  rest = undefined;
});

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
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
  const before = heapBytes();
  for (let index = 0; index < CALLS; index += 1) {
    await call(index);
  }
  expect(heapBytes() - before).toBeLessThan(ALL_CONTENT / 2);
  const { body } = await rest.get('/v1/debug/calls?limit=1');
  expect(body['total']).toBe(CALLS + 20);
}, 30_000);
