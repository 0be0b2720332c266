// Each change of state of an upstream is one row: in the lists, the live stream, a bundle, the resource and the log.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findSlug } from '../fixtures/callers.ts';
import { startPlainServer } from '../fixtures/plain-server.ts';
import { serveInProcess } from '../fixtures/serve-in-process.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';

type Row = Readonly<Record<string, string | undefined>>;

/** Ends in the middle of every call. */
const MORTAL = { command: process.execPath, args: [join(import.meta.dirname, '../faults/mortal-server.mjs')] };
const NOWHERE = { command: process.execPath, args: ['-e', 'process.exit(3)'] };

async function debug(url: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(`${url}/v1/debug/${path}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Readonly<Record<string, unknown>>;
}

/** Oldest first. */
async function eventsOf(url: string, query = ''): Promise<readonly Row[]> {
  return ((await debug(url, `events${query}`))['events'] as readonly Row[]).toReversed();
}

async function call(url: string, toolSlug: string): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(`${url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tool_slug: toolSlug }),
  });
  return (await answer.json()) as Readonly<Record<string, unknown>>;
}

describe('a server that dies in the middle of a call', () => {
  let gateway: RunningGateway;
  let client: Client;
  let events: readonly Row[];
  let failed: Readonly<Record<string, unknown>>;
  let streamed: Promise<string>;
  const updated: string[] = [];

  beforeAll(async () => {
    gateway = await startGateway({ config: { mcpServers: { mortal: MORTAL, nowhere: NOWHERE } } });
    await gateway.ready();
    client = new Client({ name: 'events-test', version: '1.0.0' }, { versionNegotiation: { mode: 'legacy' } });
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void updated.push(params.uri));
    await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`)));
    await client.subscribeResource({ uri: 'resources://gateway/events' });
    streamed = readUntil(`${gateway.url}/v1/debug/stream?kinds=events,activity`, 'is started again');
    failed = await call(gateway.url, await findSlug(gateway.url, 'mortal', 'work'));
    await until(() => gateway.stderr().includes('upstream mortal is booting again'));
    await until(async () => {
      events = await eventsOf(gateway.url, '?q=dcc_type=mortal');
      return events.at(-1)?.['event'] === 'probe_ready' && events.length > 2;
    });
  }, 30_000);

  afterAll(async () => {
    await client?.close();
    await gateway?.stop();
  });

  test('is told of once, as what died, is started again and is ready', () => {
    expect(events.map(({ event, severity }) => `${event} ${severity}`)).toEqual([
      'probe_booting info',
      'probe_ready info',
      'host_died error',
      'probe_booting info',
      'probe_ready info',
    ]);
    const [, , died, again] = events;
    expect(died).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      event: 'host_died',
      dcc_type: 'mortal',
      instance_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      reason: expect.stringContaining('exited with code 1'),
      severity: 'error',
    });
    expect(again!['reason']).toBe('its process is started again (restart 1)');
  });

  test('stands in the feed of activity and in the live stream', async () => {
    const { activity } = await debug(gateway.url, 'activity?q=kind=contention%20status=host_died');
    expect(activity).toEqual([
      expect.objectContaining({
        severity: 'error',
        message: expect.stringContaining('exited with code 1'),
        correlation: { dcc_type: 'mortal', instance_id: events[0]!['instance_id'] },
      }),
    ]);
    const text = await streamed;
    expect(text).toContain('event: events');
    expect(text).toMatch(/event: activity\ndata: .*"status":"host_died"/);
  });

  test('is joined into the bundle of the call', async () => {
    const { contention } = await debug(gateway.url, `bundles/${String(failed['request_id'])}`);
    const names = (contention as readonly Row[]).map(({ event }) => event);
    expect(names).toContain('host_died');
  });

  test('is a line of resources://gateway/events, whose readers are told', async () => {
    const { contents } = await client.readResource({ uri: 'resources://gateway/events' });
    const { text, mimeType } = contents[0] as { text: string; mimeType: string };
    expect(mimeType).toBe('application/x-ndjson');
    const lines = text.split('\n').map((line) => JSON.parse(line) as Row);
    expect(lines.filter(({ dcc_type: type }) => type === 'mortal')).toEqual(events);
    const since = events.at(-1)!['timestamp']!;
    const late = await client.readResource({ uri: `resources://gateway/events?since=${since}` });
    expect((late.contents[0] as { text: string }).text).toBe(JSON.stringify(events.at(-1)));
    expect(updated).toContain('resources://gateway/events');
    await expect(client.readResource({ uri: 'resources://gateway/events?since=now' })).rejects.toThrow(/since/);
  });

  test('is logged in the words of the diagnostics page', () => {
    const lines = gateway.stderr().split('\n');
    expect(lines.filter((line) => line.includes('upstream mortal'))).toEqual([
      expect.stringContaining('upstream mortal is ready'),
      expect.stringContaining('upstream mortal died: exited with code 1'),
      expect.stringContaining('upstream mortal is booting again'),
      expect.stringContaining('upstream mortal is ready'),
    ]);
  });

  test('is told of apart from one that never starts, which is one row however often it is tried', async () => {
    const { instances } = await debug(gateway.url, 'instances');
    const card = (instances as readonly Row[]).find(({ display_name: name }) => name === 'nowhere')!;
    expect(Number(card['restarts'])).toBeGreaterThan(0);
    const rows = await eventsOf(gateway.url, '?q=dcc_type=nowhere');
    expect(rows.map(({ event, reason }) => [event, reason])).toEqual([
      ['probe_booting', undefined],
      ['probe_unreachable', expect.stringContaining('exited with code 3')],
    ]);
  });
});

test('an HTTP server that goes away and comes back is two rows', async () => {
  const plain = await startPlainServer({ tools: ['read'] });
  const port = Number(new URL(plain.url).port);
  const gateway = await startGateway({ config: { mcpServers: { far: { url: plain.url } } } });
  await gateway.ready();
  const slug = await findSlug(gateway.url, 'far', 'read');
  plain.server.closeAllConnections();
  plain.server.close();
  await call(gateway.url, slug);
  await until(() => gateway.stderr().includes('upstream far is unreachable'));
  await new Promise<void>((resolve) => void plain.server.listen(port, '127.0.0.1', resolve));
  await until(() => gateway.stderr().split('upstream far is ready').length > 2, 10_000);
  const names = (await eventsOf(gateway.url)).map(({ event }) => event);
  expect(names).toEqual(['election_won', 'probe_booting', 'probe_ready', 'probe_unreachable', 'probe_ready']);
  await gateway.stop();
  plain.server.closeAllConnections();
  plain.server.close();
}, 30_000);

describe('a configuration file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'events-'));
  const file = join(folder, 'gateway.json');
  const write = (config: object | string): void =>
    writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
  let gateway: RunningGateway | undefined;

  afterEach(() => gateway?.stop());
  afterAll(() => rmSync(folder, { recursive: true }));

  test('that was taken over or refused is an entry of the feed, and a server that it took out an event', async () => {
    write({ mcpServers: { nowhere: NOWHERE } });
    gateway = await serveInProcess(file);
    const { stderr, url } = gateway;
    write({ mcpServers: {} });
    await until(() => stderr().includes('mcpServers taken over'));
    write('{ "mcpServers": ');
    await until(() => stderr().includes('goes on with what it had'));
    const { activity } = await debug(url, 'activity?q=kind=config');
    expect((activity as readonly Row[]).map(({ status, severity }) => [status, severity])).toEqual([
      ['refused', 'warning'],
      ['applied', 'info'],
    ]);
    const gone = (await eventsOf(url)).at(-1);
    expect(gone).toMatchObject({ event: 'auto_deregister', dcc_type: 'nowhere', severity: 'info' });
  });
});

test('an exporter that fails is an entry of the feed', async () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_BSP_SCHEDULE_DELAY: '10',
    OTEL_EXPORTER_OTLP_TIMEOUT: '200',
  };
  const gateway = await startGateway({ env });
  const failed = readUntil(`${gateway.url}/v1/debug/stream?kinds=activity`, 'export_health');
  await call(gateway.url, 'nothing.12345678.here');
  await failed;
  const { activity } = await debug(gateway.url, 'activity?q=kind=export_health');
  expect(activity).toMatchObject([
    { status: 'failing', severity: 'error', message: expect.stringContaining('http://127.0.0.1:9') },
  ]);
  await gateway.stop();
});

/** What a stream said up to and with a word. */
async function readUntil(url: string, word: string): Promise<string> {
  const response = await fetch(url);
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes(word)) {
      break;
    }
  }
  return text;
}
