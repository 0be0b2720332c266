import { NodeProcess } from '@dcc-mcp/test-kit/node-process';
import { describe, expect, test } from '@jest/globals';

const preload = new URL('../../src/register.ts', import.meta.url).href;
const file = new URL('../apps/pino-app.cjs', import.meta.url).pathname;

describe('the console exporter', () => {
  test('prints spans and metrics to standard error, never to standard output', async () => {
    const app = new NodeProcess(file, {
      preload,
      env: { OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'console' },
    });
    expect(await app.ended()).toEqual({ code: 0, signal: null });
    expect(app.stderr).toContain("span: 'work'");
    expect(app.stderr).toContain("metric: 'process.memory.usage'");
    for (const line of app.stdout.trim().split('\n')) {
      expect(JSON.parse(line)).toHaveProperty('level');
    }
  });
});
