import { createReading } from '@dcc-mcp/test-kit/metric-reading';
import { expect, test } from '@jest/globals';
import { registerBuildInfo } from '../src/index.ts';

test('registerBuildInfo says who is there, and nothing else', async () => {
  const reading = createReading();
  registerBuildInfo(reading.provider.getMeter('gateway'), { version: '1.2.3' });
  expect(await reading.lines()).toEqual(['dcc_mcp.build_info{version=1.2.3,crate=@dcc-mcp/gateway} 1']);
  await reading.provider.shutdown();
});
