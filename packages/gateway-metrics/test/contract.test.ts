import { CONVENTION_METRICS, GATEWAY_METRICS, SELF_METRICS, SERVER_METRICS } from '@dcc-mcp/semantic-conventions';
import { createReading } from '@dcc-mcp/test-kit/metric-reading';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONTRACT } from './contract-metrics.ts';
import { createMetrics, listenToInstruments, playEverything } from './gateway-fixture.ts';

const definitions = [...SERVER_METRICS, ...GATEWAY_METRICS, ...CONVENTION_METRICS, ...SELF_METRICS];
// Fed by others: the scrape handler, the HTTP server, the process.
const elsewhere = /^(?:dcc_mcp_scrape|http_server_|process_)/;
const reading = createReading();
const registered = new Set<string>();
let lines: string[] = [];

/** Whether some series of the instrument has a value other than 0. */
function isFed(name: string): boolean {
  return lines.some((line) => line.startsWith(`${name}{`) && !/ 0$|count 0 /.test(line));
}

beforeAll(async () => {
  const getMeter = () => listenToInstruments(reading.provider.getMeter('gateway'), registered);
  const metrics = createMetrics({ getMeter }, { seriesBudget: 8 });
  playEverything(metrics);
  // Two tools more than a budget of eight series has room for.
  for (const index of [1, 2, 3, 4, 5]) {
    metrics.recordCall({ tool: `maya__tool_${index}`, status: 'success' });
  }
  lines = await reading.lines();
});
afterAll(() => reading.provider.shutdown());

describe('the contract', () => {
  test('is the tables of semantic-conventions', () => {
    const rows = definitions
      .filter(({ prometheusName }) => !elsewhere.test(prometheusName))
      .map((metric) => `${metric.prometheusName} ${metric.kind} ${metric.labels.map(({ name }) => name).join(', ')}`);
    expect(new Set(rows)).toEqual(new Set(CONTRACT.map((row) => row.join(' '))));
  });

  test.each(CONTRACT)('%s is fed by the workload', (prometheusName) => {
    const name = definitions.find((metric) => metric.prometheusName === prometheusName)?.name ?? '';
    expect(registered.has(name)).toBe(true);
    expect(isFed(name)).toBe(true);
  });

  test('has no instrument registered that nothing feeds', () => {
    expect([...registered].filter((name) => !isFed(name))).toEqual([]);
  });

  test('has no instrument registered that is not in it', () => {
    const promised = new Set(definitions.map(({ name }) => name));
    expect([...registered].filter((name) => !promised.has(name))).toEqual([]);
  });
});

describe('a gateway at rest', () => {
  test('exports zeros for each closed counter it feeds, and nothing else', async () => {
    const fresh = createReading();
    createMetrics(fresh.provider, { features: ['governance', 'notifications', 'searches'] });
    const idle = await fresh.lines();
    expect(idle.filter((line) => !line.startsWith('dcc_mcp_telemetry'))).toEqual([
      'dcc_mcp.gateway.governance_events{category=policy,outcome=denied} 0',
      'dcc_mcp.gateway.governance_events{category=rate-limit,outcome=throttled} 0',
      'dcc_mcp.gateway.governance_events{category=middleware,outcome=error} 0',
      'dcc_mcp.notifications.sent{channel=sse} 0',
      'dcc_mcp.notifications.sent{channel=stdio} 0',
      'dcc_mcp.gateway.searches{result=zero} 0',
      'dcc_mcp.gateway.searches{result=nonzero} 0',
      'dcc_mcp.build_info{version=1.2.3,crate=@dcc-mcp/gateway} 1',
    ]);
    await fresh.provider.shutdown();
  });

  test('has a counter it did not name from its first event on', async () => {
    const fresh = createReading();
    const metrics = createMetrics(fresh.provider, { features: [] });
    metrics.recordElection('won');
    expect((await fresh.lines()).filter((line) => line.includes('elections{'))).toEqual([
      'dcc_mcp.gateway.elections{outcome=won} 1',
      'dcc_mcp.gateway.elections{outcome=yielded} 0',
      'dcc_mcp.gateway.elections{outcome=lost} 0',
    ]);
    await fresh.provider.shutdown();
  });
});
