// The moment between the port that is open and the servers that are known.
import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startTelemetry } from '@dcc-mcp/telemetry-node';
import { createCapturePolicy } from '@dcc-mcp/workflow-spans';
import { expect, test } from '@jest/globals';
import { readGatewayConfig } from '../../src/config/reader/read-gateway-config.ts';
import { assembleGateway } from '../../src/gateway.ts';

test('a request that comes before the servers are known waits for them, and readiness says no', async () => {
  const telemetry = startTelemetry(readTelemetryConfig({}).values);
  const { values: config } = readGatewayConfig({});
  const capture = createCapturePolicy({ captureContent: [], env: {} });
  const gateway = assembleGateway({ config, telemetry, version: '0', capture, log: () => {} });
  const get = (path: string): Promise<Response> => gateway.fetch(new Request(`http://localhost${path}`));
  gateway.hold();
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ query: 'anything' });
  let isAnswered = false;
  const search = gateway.fetch(new Request('http://localhost/v1/search', { method: 'POST', headers, body }));
  void search.then(() => (isAnswered = true));
  expect((await get('/readyz')).status).toBe(503);
  expect(await (await get('/v1/readyz')).json()).toMatchObject({ ok: true, ready: false });
  expect((await get('/healthz')).status).toBe(200);
  expect(isAnswered).toBe(false);
  gateway.start([]);
  expect((await search).status).toBe(200);
  expect((await get('/readyz')).status).toBe(200);
  await gateway.closeStreams();
  await gateway.close();
  await telemetry.shutdown();
});
