import { describe, expect, test } from '@jest/globals';
import { METRIC_HTTP_SERVER_REQUEST_DURATION } from '@opentelemetry/semantic-conventions';
import * as conventions from '../src/index.ts';

const { SERVER_METRICS, GATEWAY_METRICS, CONVENTION_METRICS, HTTP_METRICS, SELF_METRICS, WORKER_METRICS } = conventions;
const all = [
  ...SERVER_METRICS,
  ...GATEWAY_METRICS,
  ...CONVENTION_METRICS,
  ...HTTP_METRICS,
  ...SELF_METRICS,
  ...WORKER_METRICS,
];
const constants = Object.entries({ ...conventions, METRIC_HTTP_SERVER_REQUEST_DURATION })
  .filter(([name]) => name.startsWith('METRIC_'))
  .map(([, value]) => value as string);

describe('metric definitions', () => {
  test('define each metric name once, and only names that are constants', () => {
    expect(all.map((metric) => metric.name).toSorted()).toEqual(constants.toSorted());
  });

  test('promise each Prometheus name once', () => {
    expect(new Set(all.map((metric) => metric.prometheusName)).size).toBe(all.length);
  });

  test.each(all)('$name becomes $prometheusName by the OTel rules', ({ name, unit, kind, prometheusName }) => {
    const word = { s: '_seconds', By: '_bytes' }[unit] ?? '';
    const total = kind === 'counter' ? '_total' : '';
    expect(name.replaceAll('.', '_') + word + total).toBe(prometheusName);
  });

  test.each(all.filter((metric) => metric.kind === 'histogram'))('$name has rising bucket bounds', ({ boundaries }) => {
    const bounds = boundaries ?? [];
    expect(bounds.length).toBeGreaterThan(0);
    expect(bounds).toEqual([...new Set(bounds)].toSorted((a, b) => a - b));
  });
});

describe('bucket boundaries', () => {
  test('BUCKET_BOUNDARIES_SMALL_TOOL is the sorted union of both', () => {
    const union = new Set([...conventions.BUCKET_BOUNDARIES_SMALL, ...conventions.BUCKET_BOUNDARIES_TOOL]);
    expect(conventions.BUCKET_BOUNDARIES_SMALL_TOOL).toEqual([...union].toSorted((a, b) => a - b));
  });
});
