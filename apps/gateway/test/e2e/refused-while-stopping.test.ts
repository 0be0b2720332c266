// A gateway that is told to stop while a call runs: it takes nothing new, and says when to come again.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findSlug, type Json } from '../fixtures/callers.ts';
import { type EchoServer, startEchoServer } from '../fixtures/echo-server.ts';
import { type HeldServer, startHeldServer } from '../fixtures/held-server.ts';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { mayaAt } from '../registry/studio.ts';
import { until } from '../upstream/fixtures/harness.ts';

let held: HeldServer;
let instance: EchoServer;

beforeEach(async () => {
  held = await startHeldServer(['work']);
  instance = await startEchoServer({ render: { type: 'object' } });
});

afterEach(() => {
  held.close();
  instance.close();
});

describe.each([
  ['one process', []],
  ['two workers', ['--workers', '2']],
])('%s', (_, args) => {
  let gateway: GatewayProcess;

  beforeEach(async () => {
    gateway = await startGatewayProcess({ config: { mcpServers: { held: { url: held.url } } }, args });
    await gateway.ready();
  }, 30_000);

  afterEach(() => gateway.stop('SIGKILL'));

  const post = (path: string, body: object): Promise<Response> =>
    fetch(gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  /** @returns Ends the call that keeps the gateway alive. */
  async function stopDuringCall(): Promise<() => Promise<void>> {
    const { url } = gateway;
    const running = post('/v1/call', { tool_slug: await findSlug(url, 'held', 'work') });
    const call = await held.nextCall();
    const stopped = gateway.stop('SIGTERM');
    await until(async () => !(await fetch(`${url}/v1/readyz`)).ok);
    return async () => {
      call.answer({ content: [] });
      expect((await running).status).toBe(200);
      expect(await stopped).toBe(0);
    };
  }

  test('work and registrations are refused with Retry-After', async () => {
    const finish = await stopDuringCall();
    const search = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'search', arguments: {} } };
    const refused = [
      await post('/v1/instances/register', mayaAt(instance.url)),
      await post('/v1/search', {}),
      await post('/mcp', search),
      await fetch(`${gateway.url}/mcp`),
    ];
    for (const answer of refused) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
      expect(((await answer.json()) as Json)['error']).toMatchObject({ kind: 'not-ready' });
    }
    await finish();
  }, 30_000);

  test('an instance that it knows is heard until the end', async () => {
    const known = mayaAt(instance.url);
    expect((await post('/v1/instances/register', known)).status).toBe(200);
    const { instance_id } = known;
    const finish = await stopDuringCall();
    expect((await post('/v1/instances/heartbeat', { instance_id })).status).toBe(200);
    expect((await post('/v1/instances/deregister', { instance_id })).status).toBe(200);
    await finish();
  }, 30_000);
});
