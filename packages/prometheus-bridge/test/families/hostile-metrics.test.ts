import type { TranslationStrategy } from '@dcc-mcp/prometheus-bridge';
import { decodeMetricFamilies } from '@dcc-mcp/test-kit/metric-family-decode';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ACCEPT, bytesOf, createBench, scrapeText } from '../scrape/scrape-kit.ts';
import { parseExposition } from '../text/exposition-grammar.ts';
import { HOSTILE_METRICS, recordHostile } from './hostile-metrics.ts';

const STRATEGIES: readonly TranslationStrategy[] = [
  'UnderscoreEscapingWithSuffixes',
  'UnderscoreEscapingWithoutSuffixes',
  'NoUTF8EscapingWithSuffixes',
  'NoTranslation',
];
const SETTINGS = fc.record({
  translationStrategy: fc.constantFrom(...STRATEGIES),
  scopeLabels: fc.boolean(),
  escaping: fc.constantFrom('', ';escaping=allow-utf-8', ';escaping=underscores', ';escaping=dots', ';escaping=values'),
});
const RUNS = { numRuns: 300 };

describe('whatever is recorded', () => {
  test('Prometheus text is well formed', async () => {
    await fc.assert(
      fc.asyncProperty(HOSTILE_METRICS, SETTINGS, async (metrics, { escaping, ...options }) => {
        const { provider, reader } = createBench(options);
        recordHostile(provider, metrics);
        const text = await scrapeText(reader, `${ACCEPT.prometheusText}${escaping}`);
        expect(() => parseExposition(text, 'prometheus')).not.toThrow();
      }),
      RUNS,
    );
  });

  test('OpenMetrics is well formed', async () => {
    await fc.assert(
      fc.asyncProperty(HOSTILE_METRICS, SETTINGS, async (metrics, { escaping, ...options }) => {
        const { provider, reader } = createBench(options);
        recordHostile(provider, metrics);
        const text = await scrapeText(reader, `${ACCEPT.openMetrics}${escaping}`);
        expect(() => parseExposition(text, 'openmetrics')).not.toThrow();
      }),
      RUNS,
    );
  });

  test('protobuf decodes, with every family and series once', async () => {
    await fc.assert(
      fc.asyncProperty(HOSTILE_METRICS, SETTINGS, async (metrics, { escaping, ...options }) => {
        const { provider, reader } = createBench(options);
        recordHostile(provider, metrics);
        const families = decodeMetricFamilies(await bytesOf(await reader.scrape(`${ACCEPT.protobuf}${escaping}`)));
        const names = families.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        for (const family of families) {
          const labels = (family['metric'] as { label?: unknown }[]).map(({ label }) => JSON.stringify(label ?? []));
          expect(new Set(labels).size).toBe(labels.length);
        }
      }),
      RUNS,
    );
  });
});
