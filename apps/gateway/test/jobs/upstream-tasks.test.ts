// Servers that make tasks of calls, of both eras: who waits for the answer gets it, and a job follows its task.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { startTasksServer, type TasksServer } from '../conformance/fixture/tasks-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openModern } from '../tracing/raw-mcp.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { startJobGateway, type Told } from './job-gateway.ts';
import { readEvents } from './read-events.ts';

type Json = Readonly<Record<string, unknown>>;

/** Of a question that nobody can answer: a stateless server waits for the answer, so its task has failed; the other is told no. */
const UNASKED = {
  stateless: { state: 'failed', error: { message: expect.stringContaining('can’t be asked') } },
  handshake: { state: 'succeeded', result: { output: 'deleted: undefined' } },
};

describe.each(['stateless', 'handshake'] as const)('a server of the %s era', (era) => {
  let server: TasksServer;
  let gateway: RunningGateway;
  let short = '';

  beforeAll(async () => {
    server = await startTasksServer(era);
    const mcpServers = { fixture: { url: server.url }, hasty: { url: server.url, timeoutMs: 300 } };
    gateway = await startGateway({ config: { mcpServers } });
    await gateway.ready();
    const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as Told;
    short = instances.find(({ name }) => name === 'fixture')!.instance_short;
  });

  afterAll(async () => {
    await gateway?.stop();
    server?.close();
  });

  async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: Told }> {
    const response = await fetch(`${gateway.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Told };
  }

  const call = (tool: string, args: Json = {}, more: Json = {}) =>
    ask('POST', '/v1/call', { tool_slug: `fixture.${short}.${tool}`, arguments: args, ...more });

  test('a tool that runs as a task only is called like any other', async () => {
    expect(await call('failing_job')).toMatchObject({
      status: 200,
      body: { ok: false, output: 'it failed', error: { kind: 'tool-error' } },
    });
  });

  test('what goes wrong with its task is what goes wrong with the call', async () => {
    const more = { meta: { 'dcc.async': true } };
    const { body } = await call('protocol_error_job', {}, more);
    await (await readEvents(`${gateway.url}${body['events_url']}`)).end();
    expect((await ask('GET', body['status_url'])).body).toMatchObject({
      state: 'failed',
      error: { kind: 'backend-error', message: 'it broke' },
    });
  });

  test('the end of a job ends its task, and the server confirms it', async () => {
    const before = server.asked();
    const { body } = await call('slow_compute', { seconds: 60, label: 'long' }, { meta: { 'dcc.async': true } });
    const events = await readEvents(`${gateway.url}${body['events_url']}`);
    await until(() => server.asked() > before);
    expect((await ask('DELETE', body['status_url'])).status).toBe(202);
    const end = (await events.end()).at(-1)!;
    expect(end).toMatchObject({ event: 'end', data: { state: 'cancelled', error: { kind: 'cancelled' } } });
    expect(server.cancelled()).toBeGreaterThan(0);
  });

  test('a task that asks somebody who can not be asked does not wait for ever', async () => {
    const { body } = await call('confirm_delete', { filename: 'a' }, { meta: { 'dcc.async': true } });
    const end = (await (await readEvents(`${gateway.url}${body['events_url']}`)).end()).at(-1)!;
    expect(end.data).toMatchObject(UNASKED[era]);
  });
});

describe('behind a server of the stateless era, a client', () => {
  let server: TasksServer;
  let gateway: RunningGateway;
  let client: Client;

  beforeAll(async () => {
    server = await startTasksServer('stateless');
    const mcpServers = { fixture: { url: server.url, timeoutMs: 1_500 } };
    gateway = await startGateway({ config: { mcpServers, jobs: { timeoutSecs: 2 } }, env: { DCC_MCP_EXPOSE: 'all' } });
    await gateway.ready();
    client = new Client({ name: 'person', version: '1.0.0' }, { capabilities: { elicitation: { url: {} } } });
  });

  afterAll(async () => {
    await client?.close();
    await gateway?.stop();
    server?.close();
  });

  test('of the handshake era is sent to a page in the words of its era', async () => {
    const asked: unknown[] = [];
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      asked.push(params);
      return { action: 'accept' };
    });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`)));
    expect(await client.callTool({ name: 'open_page', arguments: {} })).toMatchObject({
      content: [{ type: 'text', text: '{"page":{"action":"accept"}}' }],
    });
    expect(asked).toMatchObject([{ mode: 'url', elicitationId: expect.any(String) }]);
  });

  test.each([
    ['works on', () => {}],
    ['says nothing more', () => server.fallSilent()],
  ])('that knows tasks has the time of a job for one that %s, and is told of that time', async (_, change) => {
    const capabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
    const { result } = await openModern(gateway.url).request(
      'tools/call',
      { name: 'slow_compute', arguments: { seconds: 60 } },
      { meta: { 'io.modelcontextprotocol/clientCapabilities': capabilities } },
    );
    change();
    const job = `${gateway.url}/v1/jobs/${String(result?.['taskId'])}`;
    await (await readEvents(`${job}/events`)).end();
    expect(await (await fetch(job)).json()).toMatchObject({
      state: 'failed',
      error: { kind: 'timeout', message: 'No answer within 2000 ms since the call became a task' },
    });
  });
});

test('a result that names a task of its own is a result', async () => {
  const jobs = await startJobGateway();
  try {
    const answering = jobs.ask('POST', '/v1/call', { body: { tool_slug: jobs.slug } });
    const content = [{ type: 'text', text: 'noted' }];
    (await jobs.upstream.nextCall()).answer({ content, task: { taskId: '7' } });
    expect((await answering).body).toMatchObject({ ok: true, output: 'noted' });
  } finally {
    await jobs.stop();
  }
});
