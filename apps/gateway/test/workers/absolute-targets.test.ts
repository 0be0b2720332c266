// A target in absolute form reaches a gateway with workers as it reaches one process: both of its hosts are guarded.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { say } from '../fixtures/say.ts';
import { type GatewayProcess, startWithWorkers } from './worker-gateway.ts';

let gateway: GatewayProcess;

beforeAll(async () => {
  gateway = await startWithWorkers({ config: { mcpServers: {} } });
}, 30_000);

afterAll(() => gateway.stop());

// A worker answers the first itself, and has the others answered where the servers are known.
test.each(['/v1/tools/a', '/healthz', '/v1/instances'])('%s', async (path) => {
  const statusOf = async (asked: string, host: string): Promise<number> =>
    Number((await say(gateway.url, `GET http://${asked}${path} HTTP/1.1`, `Host: ${host}`)).slice(9, 12));
  const served = path === '/v1/tools/a' ? 404 : 200;
  expect(await statusOf('localhost', '127.0.0.1:9765')).toBe(served);
  expect(await statusOf('localhost', 'localhost')).toBe(served);
  expect(await statusOf('localhost', 'evil.example')).toBe(403);
  expect(await statusOf('evil.example', 'localhost')).toBe(403);
});
