// Callers that are slow to speak, on every listener that the gateway opens; the bounds are short so that nobody waits.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { readGatewayConfig } from '../../src/config/reader/read-gateway-config.ts';
import { runGateway, type RunningGateway } from '../../src/run-gateway.ts';

const PATIENCE = { headersTimeoutMillis: 150, requestTimeoutMillis: 300, maxHeldBodyBytes: 100_000 };

let running: RunningGateway;
let urls: Readonly<Record<string, string>>;

beforeAll(async () => {
  const env = {
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_EXPORTER_PROMETHEUS_PORT: '0',
    DCC_MCP_METRICS_PORT: '0',
  };
  const { values } = readGatewayConfig(env, { mcpServers: {} }, { flags: { port: '0' } });
  running = await runGateway({ config: values, env, log: () => undefined, listenerBounds: PATIENCE });
  const [own = '', specified = ''] = running.metricsUrls;
  urls = { main: running.url!, METRICS_PORT: own, OTEL_EXPORTER_PROMETHEUS_PORT: specified };
});

afterAll(() => running.stop());

async function hearOut(url: string, pieces: readonly string[]): Promise<string> {
  const socket: Socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk.toString()));
  const ended = once(socket, 'end');
  for (const piece of pieces) {
    socket.write(piece);
    await Promise.race([wait(20), ended]);
  }
  await ended;
  socket.destroy();
  return heard;
}

describe.each(['main', 'METRICS_PORT', 'OTEL_EXPORTER_PROMETHEUS_PORT'])('the listener of %s', (name) => {
  test.each<[string, readonly string[]]>([
    ['that says nothing', []],
    ['whose headers drip', ['GET /metrics HTTP/1.1\r\nHost: localhost\r\n', ...Array(50).fill('x: 1\r\n')]],
    [
      'whose body drips',
      ['POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n', '{"query"', ':', '""'],
    ],
  ])('does not wait for a caller %s', async (_what, pieces) => {
    expect(await hearOut(urls[name]!, pieces)).toMatch(/^HTTP\/1\.1 40[48] /);
  });
});

test('a stream lives on past every bound of a request', async () => {
  const leaving = new AbortController();
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
  };
  const headers = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
  const opened = await fetch(`${running.url}/mcp`, { method: 'POST', headers, body: JSON.stringify(body) });
  const session = { accept: 'text/event-stream', 'mcp-session-id': opened.headers.get('mcp-session-id')! };
  const stream = await fetch(`${running.url}/mcp`, { headers: session, signal: leaving.signal });
  const ending = stream.text().then(
    () => 'ended',
    () => 'ended',
  );
  expect(await Promise.race([ending, wait(800).then(() => 'lives')])).toBe('lives');
  leaving.abort();
});

test.each(['/mcp', '/v1/search'])('%s refuses a large body while as many are held as may be', async (path) => {
  const response = await fetch(running.url + path, { method: 'POST', body: ' '.repeat(300_000) });
  expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('large bodies')]);
});

test.each([1_000_001, 10_000_000, 33_333_333])(
  'a gateway that takes bodies of %i bytes starts',
  async (bodyLimitBytes) => {
    const { values } = readGatewayConfig({}, { mcpServers: {}, server: { bodyLimitBytes } }, { flags: { port: '0' } });
    const gateway = await runGateway({ config: values, env: {}, log: () => undefined });
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    await gateway.stop();
  },
);
