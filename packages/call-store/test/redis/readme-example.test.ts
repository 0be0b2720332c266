import { startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
// The example of the README, with a real Redis.
import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const EXAMPLE = join(import.meta.dirname, '../../../../examples/readme/call-store-redis.mjs');

describeWithTools({ describe, test }, ['redis-server'])('the README', () => {
  test('shows how two processes share rows', async () => {
    const redis = await startRedis();
    try {
      const options = { env: { ...process.env, NODE_OPTIONS: '', REDIS_URL: redis.url }, timeout: 20_000 };
      const args = ['--conditions=@dcc-mcp/source', '--disable-warning=ExperimentalWarning', EXAMPLE];
      const { stdout } = await promisify(execFile)(process.execPath, args, options);
      expect(stdout).toBe('gateway-b was told of election_won at gateway-a\nand lists 1 event\n');
    } finally {
      await redis.stop();
    }
  });
});
