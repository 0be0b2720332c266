import type { MetricFamily } from './metric-families.ts';
import { decodeAll } from './render-all.ts';
import { OPEN_METRICS } from './text-dialect.ts';
import { createTextRenderer, type Renderer, type SerializeOptions } from './text-renderer.ts';

/** Renders OpenMetrics text step by step. */
export function createOpenMetricsRenderer(): Renderer {
  return createTextRenderer(OPEN_METRICS);
}

/** Writes families in the OpenMetrics 1.0.0 text format, `# EOF` included. */
export function serializeOpenMetrics(families: readonly MetricFamily[], options: SerializeOptions = {}): string {
  return decodeAll(createOpenMetricsRenderer()(families, options));
}
