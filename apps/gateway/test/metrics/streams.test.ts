// StreamCounts with metrics on: events arrive when they are sent, and what goes over standard streams is counted as well.
import { freePort } from '@dcc-mcp/test-kit/free-port';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findSlug } from '../fixtures/callers.ts';
import { everything, maya } from '../fixtures/servers.ts';
import { MAIN, type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { readFamilies, total } from './families.ts';

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'streams', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

describe('server-sent events with metrics on', () => {
  let gateway: RunningGateway;

  beforeAll(async () => {
    gateway = await startGateway({ config: { mcpServers: { maya } }, enablePrometheus: true });
    await gateway.ready();
  }, 30_000);

  afterAll(() => gateway.stop());

  test('progress arrives while the call runs, not with its answer', async () => {
    const slug = await findSlug(gateway.url, 'maya', 'render_frame');
    const response = await fetch(`${gateway.url}/mcp`, {
      method: 'POST',
      headers: { ...HEADERS, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'call' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: {
          name: 'call',
          arguments: { tool_slug: slug, arguments: { seconds: 2 } },
          _meta: { ...META, progressToken: 'p' },
        },
      }),
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const arrivals: { readonly at: number; readonly text: string }[] = [];
    for await (const chunk of response.body!) {
      arrivals.push({ at: performance.now(), text: Buffer.from(chunk).toString() });
    }
    // A chunk may hold several events.
    const answer = arrivals.at(-1)!;
    const events =
      arrivals
        .map(({ text }) => text)
        .join('')
        .split('event: message').length - 1;
    const [first] = arrivals;
    expect([first!.text, answer.text]).toEqual([
      expect.stringContaining('notifications/progress'),
      expect.stringContaining('"result"'),
    ]);
    expect(answer.at - first!.at).toBeGreaterThan(700);
    const families = readFamilies(await (await fetch(`${gateway.url}/metrics`)).text());
    expect(total(families, 'dcc_mcp_notifications_sent_total', { channel: 'sse' })).toBe(events - 1);
    // A POST is timed and sized until its own answer is written, streamed or not.
    expect(total(families, 'http_request_duration_seconds_sum', { handler: '/mcp' })).toBeGreaterThan(1.5);
    const received = Buffer.byteLength(arrivals.map(({ text }) => text).join(''));
    expect(total(families, 'http_response_size_bytes_sum', { handler: '/mcp' })).toBe(received);
  }, 20_000);

  test('the life of a listen stream is no request duration', async () => {
    const count = async (name: string): Promise<number> =>
      total(readFamilies(await (await fetch(`${gateway.url}/metrics`)).text()), name, { handler: '/mcp' });
    const [requests, timed] = [await count('http_requests_total'), await count('http_request_duration_seconds_count')];
    const controller = new AbortController();
    const response = await fetch(`${gateway.url}/mcp`, {
      method: 'POST',
      signal: controller.signal,
      headers: { ...HEADERS, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 2,
        method: 'subscriptions/listen',
        params: { notifications: {}, _meta: META },
      }),
    });
    const { value } = await response.body!.getReader().read();
    expect(Buffer.from(value ?? []).toString()).toContain('notifications/subscriptions/acknowledged');
    controller.abort();
    expect([await count('http_requests_total'), await count('http_request_duration_seconds_count')]).toEqual([
      requests + 1,
      timed,
    ]);
  });
});

const LONG_TOOL = 'trigger-long-running-operation';

test('over standard streams everything is counted as over HTTP, and scraped on a port of its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-stdio-'));
  const file = join(folder, 'gateway.json');
  writeFileSync(file, JSON.stringify({ mcpServers: { everything } }));
  const port = await freePort();
  const client = new Client({ name: 'pipe', version: '1' });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [MAIN, '--stdio', '--metrics', '--config', file],
    env: { PATH: process.env['PATH'] ?? '', DCC_MCP_METRICS_PORT: String(port) },
    stderr: 'ignore',
  });
  await client.connect(transport);
  try {
    let slug: string | undefined;
    for (let attempt = 0; attempt < 100 && slug === undefined; attempt += 1) {
      const found = await client.callTool({ name: 'search', arguments: { query: LONG_TOOL, limit: 100 } });
      const { hits } = found.structuredContent as {
        hits: readonly { readonly backend_tool: string; readonly tool_slug: string }[];
      };
      slug = hits.find(({ backend_tool: tool }) => tool === LONG_TOOL)?.tool_slug;
      await wait(50);
    }
    const progress: unknown[] = [];
    await client.callTool(
      { name: 'call', arguments: { tool_slug: slug, arguments: { duration: 0.2, steps: 2 } } },
      { onprogress: (step) => progress.push(step) },
    );
    const families = readFamilies(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
    expect(progress.length).toBeGreaterThan(0);
    expect(total(families, 'dcc_mcp_notifications_sent_total', { channel: 'stdio' })).toBeGreaterThanOrEqual(
      progress.length,
    );
    expect(total(families, 'dcc_mcp_gateway_response_tokens_total', { surface: 'search' })).toBeGreaterThan(0);
    expect(total(families, 'dcc_mcp_gateway_response_tokens_total', { surface: 'call' })).toBeGreaterThan(0);
    const operations = (method: string): number =>
      total(families, 'mcp_server_operation_duration_seconds_count', {
        mcp_method_name: method,
        network_transport: 'pipe',
      });
    expect(operations('tools/call')).toBeGreaterThan(1);
    expect(['initialize', 'notifications/initialized'].map(operations)).toEqual([1, 1]);
    expect(total(families, 'dcc_mcp_active_sessions')).toBe(1);
  } finally {
    await client.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 30_000);
