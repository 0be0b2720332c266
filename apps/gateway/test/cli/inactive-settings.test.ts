// Settings that are understood but not acted on are said, never passed over.
import { expect, test } from '@jest/globals';
import { startGatewayProcess } from '../fixtures/start-gateway.ts';

test('a setting that nothing acts on yet is named at start', async () => {
  const gateway = await startGatewayProcess({
    config: { mcpServers: {} },
    env: { DCC_MCP_REDIS_URL: 'redis://127.0.0.1:1' },
  });
  await gateway.stop();
  expect(gateway.stderr()).toContain('warning: redisUrl: this version does not act on it');
}, 30_000);
