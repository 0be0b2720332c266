import type { MetricFamily } from './metric-families.ts';
import { renderProtobuf } from './protobuf-renderer.ts';
import { concatAll } from './render-all.ts';
import type { SerializeOptions } from './text-renderer.ts';

/** Writes families as delimited `io.prometheus.client.MetricFamily` messages, exponential histograms as native ones. */
export function serializePrometheusProtobuf(
  families: readonly MetricFamily[],
  options: SerializeOptions = {},
): Uint8Array {
  return concatAll(renderProtobuf(families, options));
}
