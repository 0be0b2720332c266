// What servers wrote while a batch ran belongs to the batch, as it belongs to each of its items.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { findSlug } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';

type Row = Readonly<Record<string, unknown>>;

const WORDY = { command: process.execPath, args: [join(import.meta.dirname, 'wordy-server.mjs')] };

let gateway: RunningGateway;

async function debug(path: string): Promise<Row> {
  const answer = await fetch(`${gateway.url}/v1/debug/${path}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Row;
}

async function batch(id: string, items: readonly (readonly [server: string, tool: string])[]): Promise<void> {
  const calls = await Promise.all(
    items.map(async ([server, tool], index) => ({
      tool_slug: await findSlug(gateway.url, server, tool),
      arguments: { text: `${id} ${index}` },
    })),
  );
  await fetch(`${gateway.url}/v1/call_batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': id },
    body: JSON.stringify({ calls }),
  });
}

const messages = (events: unknown): readonly unknown[] => (events as readonly Row[]).map(({ message }) => message);
const instanceOf = (name: string): object => ({ instance: expect.objectContaining({ display_name: name }) });

beforeAll(async () => {
  gateway = await startGateway({ config: { mcpServers: { calm: WORDY, mortal: WORDY } } });
  await gateway.ready();
  await batch('both', [
    ['mortal', 'speak'],
    ['calm', 'speak'],
  ]);
  await batch('one', [
    ['mortal', 'speak'],
    ['mortal', 'end'],
  ]);
  for (const [id, line] of [
    ['both:batch-1', 'both 1'],
    ['one:batch-1', 'one 1'],
  ]) {
    await until(async () => messages((await debug(`traces/${id}`))['events']).includes(line));
  }
}, 30_000);

afterAll(async () => {
  await gateway?.stop();
});

test('the trace of a batch has the lines of the servers of all its items', async () => {
  expect(messages((await debug('traces/one'))['events'])).toEqual(expect.arrayContaining(['one 0', 'one 1']));
  expect(messages((await debug('traces/both'))['events'])).toEqual(expect.arrayContaining(['both 0', 'both 1']));
});

test('the bundle of a batch whose item ended its server has its lines, its card and what was wrong', async () => {
  const bundle = await debug('bundles/one');
  const item = await debug('bundles/one:batch-1');
  expect(bundle).toMatchObject({
    ...instanceOf('mortal'),
    root_cause: { outcome: 'host_died', kind: 'host-died', message: expect.stringContaining('exited with code 1') },
    omitted: expect.arrayContaining(['instance: its card is of now']),
  });
  expect(bundle['root_cause']).toEqual(item['root_cause']);
  expect(messages(bundle['events'])).toEqual(expect.arrayContaining(['one 0', 'one 1']));
  const told = (bundle['contention'] as readonly Row[]).map(({ event }) => event);
  expect(told).toContain('host_died');
});

test('the bundle of a batch at several servers has the lines of all, the card of one, and says so', async () => {
  const bundle = await debug('bundles/both');
  expect(bundle).toMatchObject(instanceOf('mortal'));
  expect(messages(bundle['events'])).toEqual(expect.arrayContaining(['both 0', 'both 1']));
  expect(bundle['omitted']).toContain('instance: the card of 1 of 2 is here');
});
