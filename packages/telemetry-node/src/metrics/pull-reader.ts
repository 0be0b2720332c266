import type * as Bridge from '@dcc-mcp/prometheus-bridge';
import type { CollectionResult, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { createRequire } from 'node:module';
import { collectAll, type SharedReader, type SharedReaderSettings } from './shared-reader.ts';

/** The reader that is scraped; push exporters collect from it, too. */
export type PullReader = Bridge.PrometheusReader & SharedReader;

/**
 * Creates the Prometheus reader that is registered where someone pulls. The package is loaded here, so that a process
 * without a pull does without it, and at once, because telemetry starts before the application's first module.
 */
export function createPullReader({ ready, cardinalityLimit }: SharedReaderSettings): PullReader {
  const { PrometheusReader }: typeof Bridge = createRequire(import.meta.url)('@dcc-mcp/prometheus-bridge');

  class SharedPrometheusReader extends PrometheusReader implements SharedReader {
    readonly isExponential = false;
    collectMore: (() => readonly ScopeMetrics[]) | undefined;

    override collect(options?: { timeoutMillis?: number }): Promise<CollectionResult> {
      return collectAll(() => super.collect(options), ready, this.collectMore);
    }
  }

  return new SharedPrometheusReader(cardinalityLimit === undefined ? {} : { cardinalityLimit });
}
