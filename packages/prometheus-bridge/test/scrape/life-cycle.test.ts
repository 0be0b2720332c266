import { timersLeftBy } from '@dcc-mcp/test-kit/held-timers';
import { describe, expect, test } from '@jest/globals';
import { getActiveResourcesInfo } from 'node:process';
import { createBench, scrapeText } from './scrape-kit.ts';

/** Those that come and go with Jest are left out. */
function countResources(): number {
  return getActiveResourcesInfo().filter((kind) => !['FSReqCallback', 'Immediate', 'Timeout'].includes(kind)).length;
}

describe('PrometheusReader', () => {
  test('shares nothing with another one in the same process', async () => {
    const [first, second] = [createBench(), createBench()];
    first.provider.getMeter('test').createCounter('calls').add(1);
    second.provider.getMeter('test').createCounter('calls').add(2);
    expect([await scrapeText(first.reader), await scrapeText(second.reader)]).toEqual([
      expect.stringMatching(/calls_total\{.*\} 1\n/),
      expect.stringMatching(/calls_total\{.*\} 2\n/),
    ]);
  });

  test('leaves no timer, socket or listener behind, however often it is started and stopped', async () => {
    const before = countResources();
    const timers = await timersLeftBy(async () => {
      for (let round = 0; round < 5; round += 1) {
        const { provider, reader } = createBench();
        provider.getMeter('test').createCounter('calls').add(1);
        await reader.scrape({ acceptEncoding: 'gzip' });
        await provider.shutdown();
      }
    });
    expect(timers).toBe(0);
    expect(countResources()).toBeLessThanOrEqual(before);
  });

  test('adds to no registry when it is made but never used', async () => {
    createBench();
    const { reader } = createBench({ targetInfo: false });
    expect(await scrapeText(reader)).toBe('');
  });
});
