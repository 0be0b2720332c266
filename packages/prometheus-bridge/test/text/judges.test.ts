import { describeWithTools } from '@dcc-mcp/test-kit/prometheus';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { HOSTILE_METRICS, recordHostile, type HostileInstrument } from '../families/hostile-metrics.ts';
import { ACCEPT, createBench, scrapeText } from '../scrape/scrape-kit.ts';
import { askOpenMetricsParser, askPromtool } from './judges.ts';

const EXPECTED = new URL('../golden/expected/', import.meta.url);

/** Names in quotes came after these judges were written. */
function goldenFiles(extension: string): string[] {
  return readdirSync(EXPECTED).filter((file) => file.endsWith(extension) && !/utf8|no-translation/.test(file));
}

function readGolden(file: string): string {
  return readFileSync(new URL(file, EXPECTED), 'utf8');
}

async function scrapeHostile(metrics: readonly HostileInstrument[], accept: string): Promise<string> {
  const { provider, reader } = createBench();
  recordHostile(provider, metrics);
  return scrapeText(reader, accept);
}

/** The same metrics in every run, so that a failure comes again. */
function sampleHostile(count: number): (readonly HostileInstrument[])[] {
  return fc.sample(HOSTILE_METRICS, { numRuns: count, seed: 7 });
}

describeWithTools({ describe, test }, ['promtool'])('promtool check metrics', () => {
  test.each(goldenFiles('.prom'))('can read %s', (file) => {
    expect(askPromtool(readGolden(file))).not.toMatch(/error while linting/);
  });

  test('has nothing to say about the metrics of a gateway', async () => {
    const { provider, reader } = createBench();
    const meter = provider.getMeter('dcc_mcp.gateway', '1.0.0');
    const calls = meter.createCounter('dcc_mcp.tool.calls', { unit: '{call}', description: 'Finished calls.' });
    calls.add(1, { tool: 'maya__open', status: 'success', le: 'x', 'a.b': 1, a_b: 2 });
    const duration = meter.createHistogram('dcc_mcp.tool.duration', { unit: 's', description: 'Duration of calls.' });
    duration.record(0.5, { tool: 'maya__open' });
    meter.createGauge('dcc_mcp.build_info', { description: 'Version.' }).record(1, { version: '1.0.0' });
    expect(askPromtool(await scrapeText(reader))).toBe('');
  });

  test('can read whatever is recorded', async () => {
    for (const metrics of sampleHostile(60)) {
      expect(askPromtool(await scrapeHostile(metrics, ACCEPT.prometheusText))).not.toMatch(/error while linting/);
    }
  });
});

describeWithTools({ describe, test }, ['openmetrics-parser'])('the strict OpenMetrics parser', () => {
  test('takes every golden file', () => {
    expect(askOpenMetricsParser(goldenFiles('.om').map(readGolden))).toBe('');
  });

  test('takes whatever is recorded', async () => {
    const texts = await Promise.all(sampleHostile(200).map((metrics) => scrapeHostile(metrics, ACCEPT.openMetrics)));
    expect(askOpenMetricsParser(texts)).toBe('');
  });

  test('refuses what is wrong', () => {
    expect(askOpenMetricsParser(['# TYPE a counter\na 1\n# EOF\n', '# TYPE a gauge\na 1\n'])).toMatch(
      /0\.om.*\n.*1\.om/,
    );
  });
});
