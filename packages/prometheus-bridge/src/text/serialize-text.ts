import type { MetricFamily } from '../families/metric-families.ts';
import { decodeAll, type SerializeOptions } from '../families/renderer.ts';
import { OPEN_METRICS, PROMETHEUS_TEXT } from './text-dialect.ts';
import { createTextRenderer } from './text-renderer.ts';

/** Writes families in the Prometheus text format 0.0.4; names that are not plain are quoted, which makes it 1.0.0. */
export function serializePrometheusText(families: readonly MetricFamily[]): string {
  return decodeAll(createTextRenderer(PROMETHEUS_TEXT)(families, {}));
}

/** Writes families in the OpenMetrics 1.0.0 text format, `# EOF` included. */
export function serializeOpenMetrics(families: readonly MetricFamily[], options: SerializeOptions = {}): string {
  return decodeAll(createTextRenderer(OPEN_METRICS)(families, options));
}
