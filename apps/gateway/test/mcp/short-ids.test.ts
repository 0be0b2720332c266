// A resource of an instance has its id in its URI, or the first eight digits of that: who subscribed by either is told by it.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { setTimeout as wait } from 'node:timers/promises';
import { findSlug } from '../fixtures/callers.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { FAKE_STDIO } from '../upstream/fixtures/harness.ts';

const fake = {
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', FAKE_STDIO],
  dccType: 'fake',
};
const TIMEOUT_MILLIS = 10_000;

/** A client, and what it was told of. */
interface Listener {
  readonly client: Client;
  readonly updated: ReadonlySet<string>;
  /** Resolves once it was told of `uri`. */
  told(uri: string): Promise<void>;
}

let gateway: RunningGateway;
let ids: { readonly whole: string; readonly short: string };
const cleanups: (() => Promise<unknown>)[] = [];

interface Row {
  readonly instance_id: string;
  readonly instance_short: string;
  readonly status: string;
}

async function readRow(): Promise<Row> {
  const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as { instances: readonly Row[] };
  return instances[0]!;
}

beforeAll(async () => {
  gateway = await startGateway({ config: { mcpServers: { fake } } });
  const row = await readRow();
  ids = { whole: row.instance_id, short: row.instance_short };
}, 30_000);

// Some tests end the server, which is started again.
beforeEach(async () => {
  for (const deadline = Date.now() + TIMEOUT_MILLIS; (await readRow()).status !== 'ready' && Date.now() < deadline;) {
    await wait(20);
  }
}, 2 * TIMEOUT_MILLIS);

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) {
    await cleanup();
  }
});

afterAll(() => gateway?.stop());

async function listen(): Promise<Listener> {
  const client = new Client({ name: 'short-ids', version: '1.0.0' }, { versionNegotiation: { mode: 'legacy' } });
  const updated = new Set<string>();
  let onUpdated: (() => void) | undefined;
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
    updated.add(params.uri);
    onUpdated?.();
  });
  const transport = new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`));
  await client.connect(transport);
  cleanups.push(() => transport.terminateSession().then(() => client.close()));
  return {
    client,
    updated,
    told: (uri) =>
      new Promise((resolve, reject) => {
        const fail = (): void => reject(new Error(`not told of ${uri}, but of ${[...updated].join(', ')}`));
        const timer = setTimeout(fail, TIMEOUT_MILLIS);
        onUpdated = () => {
          if (updated.has(uri)) {
            clearTimeout(timer);
            resolve();
          }
        };
        onUpdated();
      }),
  };
}

/** Has the server do something, without a look at what comes of it. */
async function run(tool: string, args: object = {}): Promise<void> {
  const body = JSON.stringify({ tool_slug: await findSlug(gateway.url, 'fake', tool), arguments: args });
  const headers = { 'content-type': 'application/json' };
  await (await fetch(`${gateway.url}/v1/call`, { method: 'POST', headers, body })).text();
}

const output = (form: keyof typeof ids, query = ''): { uri: string } => ({
  uri: `events://session/${ids[form]}${query}`,
});

test.each([
  ['short', 'whole'],
  ['whole', 'short'],
  ['short', 'short'],
] as const)('what was subscribed by the %s id ends by the %s id', async (by, endedBy) => {
  const { client, updated, told } = await listen();
  const witness = await listen();
  await client.subscribeResource(output(by, '?cursor=0'));
  await client.unsubscribeResource(output(endedBy));
  await client.subscribeResource(output(by));
  await client.unsubscribeResource(output(endedBy, '?cursor=0'));
  await witness.client.subscribeResource(output(by));
  await client.subscribeResource({ uri: 'gateway://catalog' });
  await run('stderr');
  await witness.told(output(by).uri);
  // Later on the same stream than what it might have been told of the output.
  await run('change', { add: `added_${by}_${endedBy}` });
  await told('gateway://catalog');
  expect([...updated]).toEqual(['gateway://catalog']);
});

describe.each(['short', 'whole'] as const)('the %s id', (form) => {
  test('tells whoever subscribed by it of output, with the URI that was subscribed', async () => {
    const { client, updated, told } = await listen();
    const { uri } = output(form);
    await client.subscribeResource({ uri });
    await run('stderr');
    await told(uri);
    expect([...updated]).toEqual([uri]);
  });

  test('tells whoever subscribed by it of the state of the instance', async () => {
    const { client, updated, told } = await listen();
    const uri = `gateway://instances/${ids[form]}`;
    await client.subscribeResource({ uri });
    await run('die');
    await told(uri);
    expect([...updated]).toEqual([uri]);
  });
});
