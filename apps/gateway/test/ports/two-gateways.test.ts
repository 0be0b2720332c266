// Two gateways over one state: a client of the handshake era is served by whichever gets its request.
import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startTelemetry, type Telemetry } from '@dcc-mcp/telemetry-node';
import { createCapturePolicy } from '@dcc-mcp/workflow-spans';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createMemoryState, type SharedState } from '../../src/cluster/shared-state.ts';
import { readGatewayConfig } from '../../src/config/reader/read-gateway-config.ts';
import { assembleGateway, type Gateway } from '../../src/gateway.ts';

const URL = 'http://localhost/mcp';
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

function post(gateway: Gateway, message: object, sessionId?: string): Promise<Response> {
  const headers = { ...HEADERS, ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }) };
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return gateway.fetch(new Request(URL, { method: 'POST', headers, body }));
}

async function initialize(gateway: Gateway): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'client', version: '1' } };
  const response = await post(gateway, { id: 0, method: 'initialize', params });
  return response.headers.get('mcp-session-id') ?? '';
}

function request(gateway: Gateway, method: 'GET' | 'DELETE', sessionId: string): Promise<Response> {
  const headers = { accept: 'text/event-stream', 'mcp-session-id': sessionId };
  return gateway.fetch(new Request(URL, { method, headers }));
}

describe('two gateways that share their state', () => {
  let telemetry: Telemetry;
  let here: Gateway;
  let there: Gateway;

  function create(state: SharedState): Gateway {
    const { values } = readGatewayConfig({});
    const capture = createCapturePolicy({ captureContent: [], env: {} });
    return assembleGateway({ config: values, telemetry, version: '0', capture, log: () => {}, state });
  }

  beforeEach(() => {
    telemetry = startTelemetry(readTelemetryConfig({}).values);
    const state = createMemoryState();
    here = create(state);
    there = create(state);
  });

  afterEach(async () => {
    await Promise.all([here.closeStreams(), there.closeStreams()]);
    await Promise.all([here.close(), there.close()]);
    await telemetry.shutdown();
  });

  test('a session that began at one is answered by the other', async () => {
    const sessionId = await initialize(here);
    const response = await post(there, { id: 1, method: 'tools/list' }, sessionId);
    expect(await response.json()).toMatchObject({ id: 1, result: { tools: [{ name: 'search' }, {}, {}, {}] } });
  });

  test('a session that one has ended is unknown to both', async () => {
    const sessionId = await initialize(here);
    expect((await request(there, 'DELETE', sessionId)).status).toBe(204);
    const statuses = [here, there].map(
      async (gateway) => (await post(gateway, { id: 1, method: 'ping' }, sessionId)).status,
    );
    expect(await Promise.all(statuses)).toEqual([404, 404]);
  });

  test('what is subscribed at one is heard on the stream that the other holds', async () => {
    const sessionId = await initialize(here);
    const stream = await request(there, 'GET', sessionId);
    await post(here, { id: 1, method: 'resources/subscribe', params: { uri: 'gateway://catalog' } }, sessionId);
    there.broadcast.resourceUpdated('gateway://catalog');
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await reader.read();
    expect(value).toContain('"method":"notifications/resources/updated","params":{"uri":"gateway://catalog"}');
    await reader.cancel();
  });
});
