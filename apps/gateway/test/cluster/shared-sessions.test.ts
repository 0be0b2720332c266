// One session over two gateways: what belongs to it comes to the gateway that can do something with it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ServedGateway, serveGateways } from '../fixtures/gateways-of-one-state.ts';
import { type ServedWhole, serveWhole } from '../mcp/bridge/whole-server.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { RawSession } from './raw-client.ts';

let whole: ServedWhole;
let gateways: readonly ServedGateway[];
let here: string;
let there: string;

beforeAll(async () => {
  whole = await serveWhole('handshake');
  const config = { mcpServers: { whole: { url: whole.url, timeoutMs: 10_000 } } };
  gateways = await serveGateways({ config, env: { DCC_MCP_EXPOSE: 'all' } });
  [here, there] = gateways.map(({ url }) => url) as [string, string];
});

afterAll(async () => {
  await Promise.all(gateways.map((each) => each.stop()));
  whole.close();
});

test('the answer to a question reaches the gateway that asked, wherever the client sends it', async () => {
  const session = await RawSession.open(here, { elicitation: { form: {} } });
  const call = await session.call(here, 'ask', { whom: 'person' });
  const { id } = await call.until(({ method }) => method === 'elicitation/create');
  const answer = await session.post(there, { id, result: { action: 'accept', content: { name: 'Ada' } } });
  expect(answer.status).toBe(202);
  expect(JSON.stringify(await call.until((message) => message['id'] === 1))).toContain('Ada');
});

test('an answer that is too large to be passed on ends the question, not the gateway', async () => {
  const session = await RawSession.open(here, { elicitation: { form: {} } });
  const call = await session.call(here, 'ask', { whom: 'person' });
  const { id } = await call.until(({ method }) => method === 'elicitation/create');
  const content = { name: 'x'.repeat(2 * 1024 * 1024) };
  expect((await session.post(there, { id, result: { action: 'accept', content } })).status).toBe(202);
  expect(JSON.stringify(await call.until((message) => message['id'] === 1))).toContain('too large');
});

test('nobody answers the question of another session', async () => {
  const [session, other] = [await RawSession.open(here, { elicitation: { form: {} } }), await RawSession.open(there)];
  const call = await session.call(here, 'ask', { whom: 'person' });
  const { id } = await call.until(({ method }) => method === 'elicitation/create');
  await other.post(there, { id, result: { action: 'accept', content: { name: 'Eve' } } });
  await session.post(there, { id, result: { action: 'accept', content: { name: 'Ada' } } });
  expect(JSON.stringify(await call.until((message) => message['id'] === 1))).toContain('Ada');
});

test('notifications/cancelled ends a request that runs at the other gateway', async () => {
  const session = await RawSession.open(here);
  const count = async (): Promise<number> => {
    const reader = await session.call(there, 'cancelled', {}, 9);
    const { result } = await reader.until((message) => message['id'] === 9);
    return Number((result as { content: { text: string }[] }).content[0]!.text);
  };
  const before = await count();
  const call = await session.call(here, 'wait', {}, 77);
  await call.until(({ method }) => method === 'notifications/progress');
  await session.post(there, { method: 'notifications/cancelled', params: { requestId: 77 } });
  await call.ended;
  expect(call.messages.filter((message) => message['id'] === 77)).toEqual([]);
  await until(async () => (await count()) === before + 1);
});

test('DELETE at one gateway closes the stream that the other holds, and the session is unknown to both', async () => {
  const session = await RawSession.open(here);
  const stream = await session.get(here);
  expect(await session.end(there)).toBe(204);
  await stream.ended;
  const statuses = [here, there].map(async (url) => (await session.post(url, { id: 2, method: 'ping' })).status);
  expect(await Promise.all(statuses)).toEqual([404, 404]);
});

test('what is subscribed at one gateway is heard once on the stream that the other holds', async () => {
  const session = await RawSession.open(here);
  const stream = await session.get(there);
  const subscribed = await session.post(here, {
    id: 1,
    method: 'resources/subscribe',
    params: { uri: 'whole://watched' },
  });
  await subscribed.ended;
  await until(async () => {
    await (
      await session.call(here, 'change', { what: 'resource' }, 5)
    ).ended;
    return stream.messages.length > 0;
  });
  const marks = async (count: number): Promise<number> => {
    const [heard, marked] = ['notifications/resources/updated', 'notifications/tools/list_changed'].map(
      (wanted) => () => stream.messages.filter(({ method }) => method === wanted).length,
    ) as [() => number, () => number];
    await (
      await session.call(here, 'change', { what: 'tools' }, 6)
    ).ended;
    await until(() => marked() === count);
    return heard();
  };
  const before = await marks(1);
  await (
    await session.call(here, 'change', { what: 'resource' }, 7)
  ).ended;
  expect((await marks(2)) - before).toBe(1);
  stream.leave();
});

test('the stream beside all requests goes on at another gateway, and has one reader', async () => {
  const session = await RawSession.open(here);
  const first = await session.get(here);
  await (
    await session.call(here, 'change', { what: 'prompts' }, 3)
  ).ended;
  await first.until(({ method }) => method === 'notifications/prompts/list_changed');
  const second = await session.get(there, first.lastId);
  expect(second.status).toBe(200);
  await first.ended;
  await (
    await session.call(there, 'change', { what: 'prompts' }, 4)
  ).ended;
  await second.until(({ method }) => method === 'notifications/prompts/list_changed');
  const third = await session.get(here, second.lastId);
  expect(third.status).toBe(200);
  await second.ended;
  third.leave();
});
