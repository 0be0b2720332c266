import { negotiateFormat } from '@dcc-mcp/prometheus-bridge';
import { describe, expect, test } from '@jest/globals';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const PROTOBUF = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

/** Captured from Prometheus 2.42, without and with the feature native-histograms, and from 3.x. */
const PROMETHEUS_2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_2_NATIVE = `application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,${PROMETHEUS_2.replace('1.0.0', '1.0.0;q=0.8')}`;
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';

const CHOICES: readonly (readonly [string, string | undefined, string])[] = [
  ['no header', undefined, TEXT],
  ['an empty header', '', TEXT],
  ['everything', '*/*', TEXT],
  ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', TEXT],
  ['curl asking for text', 'text/plain', TEXT],
  ['text in another case', 'TEXT/PLAIN; Version=0.0.4', TEXT],
  ['text 1.0.0', 'text/plain;version=1.0.0', 'text/plain; version=1.0.0; charset=utf-8'],
  ['OpenMetrics without a version', 'application/openmetrics-text', OPEN_METRICS],
  ['Prometheus 2.42', PROMETHEUS_2, OPEN_METRICS],
  ['Prometheus 2.42 with native histograms', PROMETHEUS_2_NATIVE, PROTOBUF],
  ['Prometheus 3', PROMETHEUS_3, `${OPEN_METRICS}; escaping=allow-utf-8`],
  ['a higher quality further back', 'text/plain;q=0.3,application/openmetrics-text;q=0.9', OPEN_METRICS],
  ['equal quality: the first', 'application/openmetrics-text,text/plain', OPEN_METRICS],
  ['equal quality: named before covered', '*/*,application/openmetrics-text', OPEN_METRICS],
  ['a main type', 'text/*', TEXT],
  ['all but text', 'text/plain;q=0,*/*;q=0.5', OPEN_METRICS],
  ['a quality that is no number', 'text/plain;q=high', TEXT],
  ['an unknown escaping', 'text/plain;version=0.0.4;escaping=runes', TEXT],
  ['escaping=dots', 'text/plain;version=0.0.4;escaping=dots', `${TEXT}; escaping=dots`],
  ['quoted parameters', 'application/openmetrics-text; version="1.0.0"', OPEN_METRICS],
];

const REFUSED: readonly (readonly [string, string])[] = [
  ['remote write', 'application/x-protobuf'],
  ['remote write 2', 'application/vnd.google.protobuf;proto=io.prometheus.write.v2.Request;encoding=delimited'],
  ['OpenMetrics protobuf', 'application/openmetrics-protobuf;version=1.0.0'],
  ['protobuf as text', 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text'],
  ['protobuf of no known message', 'application/vnd.google.protobuf'],
  ['JSON', 'application/json'],
  ['an unknown version', 'text/plain;version=2.0.0'],
  ['quality zero', 'text/plain;q=0'],
];

describe('negotiateFormat', () => {
  test.each(CHOICES)('answers %s', (_, accept, contentType) => {
    expect(negotiateFormat(accept)?.contentType).toBe(contentType);
  });

  test.each(REFUSED)('never chooses %s', (_, accept) => {
    expect(negotiateFormat(accept)).toBeUndefined();
  });

  test('takes the escaping of the entry it chose', () => {
    expect(negotiateFormat(PROMETHEUS_3)).toMatchObject({ type: 'openmetrics-text', escaping: 'allow-utf-8' });
  });

  test('escapes with underscores when nothing is asked', () => {
    expect(negotiateFormat('text/plain')).toMatchObject({ version: '0.0.4', escaping: 'underscores' });
  });
});
