// A check of governance that throws lets nothing through, and is counted as what it is.
import { createGatewayMetrics } from '@dcc-mcp/gateway-metrics';
import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startTelemetry } from '@dcc-mcp/telemetry-node';
import { expect, test } from '@jest/globals';
import type { RunningOperation } from '../../src/operations/frame/core.ts';
import { admit, checkPolicy } from '../../src/operations/frame/govern.ts';
import { Recorder } from '../../src/recording/record/recorder.ts';
import { createGovernanceSink } from '../../src/recording/sinks/governance-sink.ts';
import { readFamilies, total } from './families.ts';

const SPAN = { spanContext: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 } };
const CALLER = { ctx: { agent: {}, sourceIp: undefined } };

function broken(): never {
  throw new Error('the store of the quota is gone');
}

test('a policy or quota that throws fails the operation and counts middleware/error', async () => {
  const reader = new PrometheusReader({ scopeLabels: false });
  const telemetry = startTelemetry(readTelemetryConfig({}).values, { metricReaders: [reader] });
  const metrics = createGatewayMetrics(telemetry.meter, { isRegisteredTool: () => true, version: '1' });
  const recorder = new Recorder([createGovernanceSink(metrics)], () => {});
  const core = {
    recorder,
    governance: { policy: { tool: broken }, quotas: { consume: async () => broken() }, concurrency: undefined },
  };
  const running = { core, caller: CALLER, span: SPAN } as unknown as RunningOperation;
  await expect(admit(running)).rejects.toThrow('the store of the quota is gone');
  const record = {} as Parameters<typeof checkPolicy>[2];
  expect(() => checkPolicy(running, 'call', record)).toThrow('the store of the quota is gone');
  recorder.flush();
  const { body } = await reader.scrape();
  const families = readFamilies(await new Response(body as ReadableStream).text());
  const failed = { category: 'middleware', outcome: 'error' };
  expect(total(families, 'dcc_mcp_gateway_governance_events_total', failed)).toBe(2);
  await telemetry.shutdown();
});
