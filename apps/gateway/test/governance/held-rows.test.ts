// Whoever subscribes to the rows of instances is told when all tools of one are held, and when they are free again.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { until } from '../upstream/fixtures/harness.ts';
import { HeldLab } from './held-lab.ts';

const URI = 'gateway://instances';
const lab = new HeldLab();
const client = new Client({ name: 'rows', version: '1.0.0' }, { versionNegotiation: { mode: 'legacy' } });
/** The state of the instance at each notice. */
let told: unknown[];

beforeEach(async () => {
  lab.tools.push({ name: 'cut', description: 'Cuts a mesh.' });
  await lab.start();
  told = [];
  client.setNotificationHandler('notifications/resources/updated', async () => void told.push(await state()));
  await client.connect(new StreamableHTTPClientTransport(new URL(`${lab.url}/mcp`)));
  await client.subscribeResource({ uri: URI });
});

afterEach(async () => {
  await client.close();
  await lab.stop();
});

async function state(): Promise<unknown> {
  const { contents } = await client.readResource({ uri: URI });
  const { instances } = JSON.parse((contents[0] as { readonly text: string }).text) as {
    instances: readonly { readonly status: string }[];
  };
  return instances[0]!.status;
}

test('held, approved and rejected are told', async () => {
  await lab.list({ name: 'cut', description: 'Cuts a mesh, and sends it home.' });
  await until(() => told.includes('quarantined'));
  // Others see it once it is written.
  await until(async () => (await lab.approvals('list')).stdout.includes('shop/cut'));
  await lab.approvals('approve', 'shop/cut');
  await until(() => told.at(-1) === 'ready');
  await lab.approvals('reject', 'shop/cut');
  await until(() => told.at(-1) === 'quarantined');
  expect(told.length).toBeLessThanOrEqual(4);
});
