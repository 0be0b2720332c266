// Callers that leave before their answer is there.
import { afterEach, expect, test } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { connectCallers, findSlug } from '../fixtures/callers.ts';
import { maya } from '../fixtures/servers.ts';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';

let gateway: GatewayProcess | undefined;

afterEach(async () => {
  await gateway?.stop();
});

test('a caller that left holds up nothing: the gateway stops as soon as its call has ended', async () => {
  gateway = await startGatewayProcess({ config: { mcpServers: { maya } } });
  await gateway.ready();
  const slug = await findSlug(gateway.url, 'maya', 'render_frame');
  const left = fetch(`${gateway.url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tool_slug: slug, arguments: { seconds: 1 } }),
    signal: AbortSignal.timeout(300),
  });
  await expect(left).rejects.toThrow('timeout');
  await wait(1_500);
  const callers = await connectCallers(gateway.url);
  await callers.at(-1)!.run('search', { query: 'render' });
  await Promise.all(callers.map((caller) => caller.close()));
  const begin = performance.now();
  expect(await gateway.stop()).toBe(0);
  // Far below the ten seconds that work in flight is given.
  expect(performance.now() - begin).toBeLessThan(6_000);
}, 30_000);
