import { createReading } from '@dcc-mcp/test-kit/metric-reading';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { toRankBucket, type GatewayMetrics } from '../src/index.ts';
import { createMetrics, playEverything } from './gateway-fixture.ts';

let reading: ReturnType<typeof createReading>;
let metrics: GatewayMetrics;

beforeEach(() => {
  reading = createReading();
  metrics = createMetrics(reading.provider);
});
afterEach(() => reading.provider.shutdown());

function throwing(): never {
  throw new Error('broken source');
}

async function linesOf(name: string): Promise<string[]> {
  return (await reading.lines()).filter((line) => line.startsWith(`${name}{`));
}

describe('recordCall', () => {
  test('makes both statuses of a tool appear with its first call', async () => {
    metrics.recordCall({ tool: 'maya__create_sphere', status: 'success' });
    expect(await linesOf('dcc_mcp.tool.calls')).toEqual([
      'dcc_mcp.tool.calls{tool=maya__create_sphere,status=success} 1',
      'dcc_mcp.tool.calls{tool=maya__create_sphere,status=error} 0',
    ]);
  });

  test('times only calls that were admitted to the queue', async () => {
    metrics.recordCall({ tool: 'maya__create_sphere', status: 'error' });
    expect(await linesOf('dcc_mcp.tool.duration')).toEqual([]);
    metrics.recordCall({ tool: 'maya__create_sphere', status: 'success', durationSeconds: 0.25 });
    expect(await linesOf('dcc_mcp.tool.duration')).toEqual([
      'dcc_mcp.tool.duration{tool=maya__create_sphere} count 1 sum 0.25',
    ]);
  });

  test('says where the time went', async () => {
    const phases = { queueSeconds: 1, gatewaySeconds: 2, upstreamSeconds: 4 };
    metrics.recordCall({ tool: 'maya__create_sphere', status: 'success', durationSeconds: 7, phases });
    expect(await linesOf('dcc_mcp.gateway.phase_duration')).toEqual([
      'dcc_mcp.gateway.phase_duration{tool=maya__create_sphere,phase=queue} count 1 sum 1',
      'dcc_mcp.gateway.phase_duration{tool=maya__create_sphere,phase=gateway} count 1 sum 2',
      'dcc_mcp.gateway.phase_duration{tool=maya__create_sphere,phase=upstream} count 1 sum 4',
    ]);
  });

  test.each([undefined, 'made_up', '', '__proto__', 'constructor'])('calls the tool %p _unknown', async (tool) => {
    metrics.recordCall({ tool, status: 'error' });
    expect(await linesOf('dcc_mcp.tool.calls')).toContain('dcc_mcp.tool.calls{tool=_unknown,status=error} 1');
  });

  test('keeps counting a tool under its name when it leaves the catalog', async () => {
    let isRegistered = true;
    const own = createReading();
    const ofTools = createMetrics(own.provider, { isRegisteredTool: () => isRegistered });
    ofTools.recordCall({ tool: 'maya__render', status: 'success' });
    isRegistered = false;
    ofTools.recordCall({ tool: 'maya__render', status: 'error' });
    ofTools.recordCall({ tool: 'maya__new', status: 'error' });
    expect((await own.lines()).filter((line) => line.startsWith('dcc_mcp.tool.calls'))).toEqual([
      'dcc_mcp.tool.calls{tool=maya__render,status=success} 1',
      'dcc_mcp.tool.calls{tool=maya__render,status=error} 1',
      'dcc_mcp.tool.calls{tool=_unknown,status=success} 0',
      'dcc_mcp.tool.calls{tool=_unknown,status=error} 1',
    ]);
    await own.provider.shutdown();
  });

  test('takes the tool for unknown when the catalog throws', async () => {
    const own = createReading();
    createMetrics(own.provider, { isRegisteredTool: throwing }).recordCall({ tool: 'maya__render', status: 'success' });
    expect(await own.lines()).toContain('dcc_mcp.tool.calls{tool=_unknown,status=success} 1');
    await own.provider.shutdown();
  });
});

describe('recordOperation', () => {
  const operation = { side: 'server', transport: 'tcp', durationSeconds: 0.5 } as const;

  test('has the attributes of the convention, and only those that apply', async () => {
    metrics.recordOperation({ ...operation, method: 'tools/list' });
    metrics.recordOperation({ ...operation, method: 'tools/call', tool: 'maya__create_sphere', errorType: 'timeout' });
    expect(await linesOf('mcp.server.operation.duration')).toEqual([
      'mcp.server.operation.duration{mcp.method.name=tools/list,network.transport=tcp} count 1 sum 0.5',
      'mcp.server.operation.duration{mcp.method.name=tools/call,gen_ai.tool.name=maya__create_sphere,error.type=timeout,network.transport=tcp} count 1 sum 0.5',
    ]);
  });

  test('keeps made-up methods, tools and errors under one label each', async () => {
    for (const junk of ['a', 'b', 'c']) {
      metrics.recordOperation({ ...operation, method: junk, tool: junk, errorType: junk });
    }
    expect(await linesOf('mcp.server.operation.duration')).toEqual([
      'mcp.server.operation.duration{mcp.method.name=_OTHER,gen_ai.tool.name=_unknown,error.type=_OTHER,network.transport=tcp} count 3 sum 1.5',
    ]);
  });
});

describe('other recording methods', () => {
  test('recordResponseTokens estimates a token for each four bytes, rounded up', async () => {
    metrics.recordResponseTokens('search', 8);
    metrics.recordResponseTokens('search', 9);
    expect(await linesOf('dcc_mcp.gateway.response_tokens')).toContain(
      'dcc_mcp.gateway.response_tokens{surface=search} 5',
    );
  });

  test('jobs in flight go up and down', async () => {
    metrics.recordJobStarted('maya__create_sphere', 1);
    metrics.recordJobStarted('maya__create_sphere', 1);
    metrics.recordJobEnded('maya__create_sphere');
    expect(await linesOf('dcc_mcp.jobs.in_flight')).toEqual(['dcc_mcp.jobs.in_flight{tool=maya__create_sphere} 1']);
  });

  test('synchronous calls never move the job instruments', async () => {
    metrics.recordCall({ tool: 'maya__create_sphere', status: 'success', durationSeconds: 1 });
    expect((await reading.lines()).filter((line) => line.startsWith('dcc_mcp.job'))).toEqual([]);
  });

  test.each([
    [1, 'top1'],
    [2, 'top3'],
    [3, 'top3'],
    [4, 'top5'],
    [5, 'top5'],
    [6, 'beyond5'],
    [0, 'unknown'],
    [1.5, 'unknown'],
    [undefined, 'unknown'],
  ])('toRankBucket puts rank %p into %s', (rank, bucket) => {
    expect(toRankBucket(rank)).toBe(bucket);
  });
});

describe('observe', () => {
  test('reports every state, 0 where nothing is said', async () => {
    metrics.observe({ upstreams: () => ({ ready: 2 }), streams: () => ({}) });
    expect(await linesOf('dcc_mcp.gateway.upstreams')).toEqual([
      'dcc_mcp.gateway.upstreams{state=ready} 2',
      'dcc_mcp.gateway.upstreams{state=booting} 0',
      'dcc_mcp.gateway.upstreams{state=unreachable} 0',
      'dcc_mcp.gateway.upstreams{state=stale} 0',
      'dcc_mcp.gateway.upstreams{state=quarantined} 0',
      'dcc_mcp.gateway.upstreams{state=disabled} 0',
    ]);
    expect(await linesOf('dcc_mcp.gateway.streams')).toHaveLength(3);
  });

  test('asks anew at each collection', async () => {
    let depth = 1;
    metrics.observe({ queueDepth: () => depth });
    await reading.lines();
    depth = 9;
    expect(await linesOf('dcc_mcp.gateway.queue_depth')).toEqual(['dcc_mcp.gateway.queue_depth{} 9']);
  });

  test('loses one reading, not the scrape, when a source throws, and counts it', async () => {
    metrics.observe({
      activeSessions: throwing,
      registeredTools: () => 3,
      queueDepth: () => Number.NaN,
    });
    expect(await reading.lines()).toContain('dcc_mcp.registered_tools{} 3');
    const lines = await reading.lines();
    expect(lines).toContain('dcc_mcp_telemetry_invalid_values{instrument=dcc_mcp.active_sessions} 1');
    expect(lines).toContain('dcc_mcp_telemetry_invalid_values{instrument=dcc_mcp.gateway.queue_depth} 1');
  });

  test('stop ends the asking', async () => {
    let asked = 0;
    const observed = metrics.observe({ activeSessions: () => (asked += 1) });
    await reading.lines();
    observed.stop();
    await reading.lines();
    expect(asked).toBe(1);
  });
});

describe('shutdown', () => {
  test('hands over what was counted, and what is counted later counts at once', async () => {
    metrics.recordRejected('quota');
    metrics.shutdown();
    metrics.recordRejected('quota');
    expect(await linesOf('dcc_mcp.gateway.calls_rejected')).toContain('dcc_mcp.gateway.calls_rejected{reason=quota} 2');
  });
});

describe('two gateways in one process', () => {
  test('count apart', async () => {
    const other = createReading();
    const second = createMetrics(other.provider, { version: '2.0.0' });
    metrics.recordCall({ tool: 'maya__create_sphere', status: 'success' });
    second.recordCall({ tool: 'maya__create_sphere', status: 'error' });
    expect(await linesOf('dcc_mcp.tool.calls')).toContain(
      'dcc_mcp.tool.calls{tool=maya__create_sphere,status=success} 1',
    );
    const otherLines = await other.lines();
    expect(otherLines).toContain('dcc_mcp.tool.calls{tool=maya__create_sphere,status=success} 0');
    expect(otherLines).toContain('dcc_mcp.build_info{version=2.0.0,crate=@dcc-mcp/gateway} 1');
    await other.provider.shutdown();
  });

  test('started and stopped a hundred times on one meter leave no callback behind', async () => {
    let asked = 0;
    for (let round = 0; round < 100; round += 1) {
      const again = createMetrics(reading.provider);
      playEverything(again);
      again.observe({ activeSessions: () => (asked += 1) });
      again.shutdown();
    }
    await reading.lines();
    expect(asked).toBe(0);
  });
});
