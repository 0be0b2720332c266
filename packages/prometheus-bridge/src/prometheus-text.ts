import type { MetricFamily } from './metric-families.ts';
import { decodeAll } from './render-all.ts';
import { PROMETHEUS_TEXT } from './text-dialect.ts';
import { createTextRenderer, type Renderer } from './text-renderer.ts';

/** Renders Prometheus text step by step. */
export function createPrometheusTextRenderer(): Renderer {
  return createTextRenderer(PROMETHEUS_TEXT);
}

/** Writes families in the Prometheus text format 0.0.4; names that are not plain are quoted, which makes it 1.0.0. */
export function serializePrometheusText(families: readonly MetricFamily[]): string {
  return decodeAll(createPrometheusTextRenderer()(families, {}));
}
