import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
// What belongs to one session comes to the worker that can do something with it, whichever connection it arrives on.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { RawSession } from '../cluster/raw-client.ts';
import { type ServedWhole, serveWhole } from '../mcp/bridge/whole-server.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { type GatewayProcess, startWithWorkers } from './worker-gateway.ts';

const PROGRAM = `${import.meta.dirname}/../mcp/bridge/whole-server.ts`;

let whole: ServedWhole | undefined;
let gateway: GatewayProcess;
let url: string;

/** A server that each worker connects to, or a child that there is one of. */
async function start(server: string): Promise<void> {
  whole = server === 'whole' ? await serveWhole('handshake') : undefined;
  const child = { command: process.execPath, args: ['--conditions=@dcc-mcp/source', PROGRAM, 'handshake'] };
  const entry = whole === undefined ? child : { url: whole.url };
  gateway = await startWithWorkers({
    args: ['--expose', 'all'],
    config: { mcpServers: { [server]: { ...entry, timeoutMs: 10_000 } } },
  });
  ({ url } = gateway);
}

async function end(): Promise<void> {
  await gateway.stop();
  whole?.close();
}

/** Connects over as many connections as there are requests at a time; each connection closes with its answer. */
async function connect(mode: 'legacy' | { readonly pin: string }): Promise<Client> {
  const client = new Client(
    { name: 'crossing', version: '1.0.0' },
    { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} } } },
  );
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Ada' } }));
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers: { connection: 'close' } } }),
  );
  return client;
}

describe.each(['whole', 'child'])('the server %s', (server) => {
  beforeAll(() => start(server));
  afterAll(end);

  test.each([
    ['of the handshake era', 'legacy' as const],
    ['of the stateless era', { pin: '2026-07-28' }],
  ])('asks a client %s in the middle of a call, and hears its answer', async (_, mode) => {
    const client = await connect(mode);
    for (let i = 0; i < 4; i += 1) {
      const result = await client.callTool({ name: 'ask', arguments: { whom: 'person' } });
      expect(JSON.stringify(result)).toContain('Ada');
    }
    await client.close();
  });

  test('the answer to a question reaches the worker that asked', async () => {
    const session = await RawSession.open(url, { elicitation: { form: {} } });
    const call = await session.call(url, 'ask', { whom: 'person' });
    const { id } = await call.until(({ method }) => method === 'elicitation/create');
    await session.post(url, { id, result: { action: 'accept', content: { name: 'Ada' } } });
    expect(JSON.stringify(await call.until((message) => message['id'] === 1))).toContain('Ada');
  });

  test('tells a client how far a call is', async () => {
    const client = await connect('legacy');
    const abort = new AbortController();
    const progress: number[] = [];
    const call = client.callTool(
      { name: 'wait', arguments: {} },
      {
        signal: abort.signal,
        onprogress: ({ progress: told }) => {
          progress.push(told);
          abort.abort();
        },
      },
    );
    await expect(call).rejects.toThrow(/abort/i);
    expect(progress.length).toBeGreaterThan(0);
    await client.close();
  });

  test('notifications/cancelled ends a request that runs at the other worker', async () => {
    const session = await RawSession.open(url);
    const count = async (): Promise<number> => {
      const reader = await session.call(url, 'cancelled', {}, 9);
      const { result } = await reader.until((message) => message['id'] === 9);
      return Number((result as { content: { text: string }[] }).content[0]!.text);
    };
    const before = await count();
    const calls = [await session.call(url, 'wait', {}, 77), await session.call(url, 'wait', {}, 78)];
    for (const call of calls) {
      await call.until(({ method }) => method === 'notifications/progress');
    }
    await session.post(url, { method: 'notifications/cancelled', params: { requestId: 77 } });
    await session.post(url, { method: 'notifications/cancelled', params: { requestId: 78 } });
    await Promise.all(calls.map(({ ended }) => ended));
    await until(async () => (await count()) === before + 2);
    expect(calls.map(({ status }) => status)).toEqual([200, 200]);
  });

  test('DELETE closes the stream that the other worker holds, and the session is unknown to both', async () => {
    const session = await RawSession.open(url);
    const stream = await session.get(url);
    expect(await session.end(url)).toBe(204);
    await stream.ended;
    const posted = [1, 2, 3, 4].map((id) => session.post(url, { id, method: 'ping' }));
    expect((await Promise.all(posted)).map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });

  test('what is subscribed at one worker is heard on a stream that the other one holds', async () => {
    const session = await RawSession.open(url);
    const stream = await session.get(url);
    const subscribe = { id: 1, method: 'resources/subscribe', params: { uri: 'whole://watched' } };
    await (
      await session.post(url, subscribe)
    ).ended;
    const heard = (): number =>
      stream.messages.filter(({ method }) => method === 'notifications/resources/updated').length;
    await until(async () => {
      await (
        await session.call(url, 'change', { what: 'resource' }, 5)
      ).ended;
      return heard() > 0;
    });
    expect(stream.status).toBe(200);
    stream.leave();
  });
});
