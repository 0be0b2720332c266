// A store of searches that is gone costs the joins; searches and what follows them are answered as ever.
import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startTelemetry } from '@dcc-mcp/telemetry-node';
import { createCapturePolicy } from '@dcc-mcp/workflow-spans';
import { expect, test } from '@jest/globals';
import { createMemoryState } from '../../src/cluster/shared-state.ts';
import { readGatewayConfig } from '../../src/config/reader/read-gateway-config.ts';
import { assembleGateway } from '../../src/gateway.ts';
import type { SearchMemory } from '../../src/search/memory/search-memory.ts';

async function gone(): Promise<never> {
  throw new Error('the store of searches is gone');
}

const GONE: SearchMemory = { remember: gone, join: gone, settle: gone };

test('a search memory that fails changes no answer, and the operator is told', async () => {
  const lines: string[] = [];
  const telemetry = startTelemetry(readTelemetryConfig({}).values, { pull: true });
  const gateway = assembleGateway({
    config: readGatewayConfig({}).values,
    telemetry,
    version: '0',
    capture: createCapturePolicy({ captureContent: [], env: {} }),
    log: (line) => lines.push(line),
    state: { ...createMemoryState(), searchMemory: GONE },
  });
  const post = (path: string, body: object): Promise<Response> =>
    gateway.fetch(new Request(`http://localhost${path}`, { method: 'POST', body: JSON.stringify(body) }));
  const search = await post('/v1/search', { query: 'sphere' });
  const describe = await post('/v1/describe', { tool_slug: 'maya.1f0c2d3e.none', meta: { search_id: 's' } });
  expect([search.status, await search.json()]).toMatchObject([200, { total: 0, zero_results: true }]);
  expect(describe.status).toBe(404);
  expect(lines.filter((line) => line.includes('the store of searches is gone'))).toHaveLength(2);
  await gateway.close();
  await telemetry.shutdown();
});
