import type { GatewayMetrics } from '@dcc-mcp/gateway-metrics';
import { OPERATION_CALL_BATCH } from '@dcc-mcp/semantic-conventions';
import type { FinishedOperation } from '../record/finished.ts';
import type { Sink } from '../record/recorder.ts';

/** Counts what governance did to operations. A batch is not judged, its calls are. */
export function createGovernanceSink(metrics: GatewayMetrics): Sink {
  return {
    record(finished) {
      if (finished.kind === 'failed-check') {
        metrics.recordGovernance('middleware', 'error', finished.span.spanContext);
      } else if (finished.kind === 'operation' && finished.details.operation !== OPERATION_CALL_BATCH) {
        recordDecision(metrics, finished);
      }
    },
  };
}

function recordDecision(metrics: GatewayMetrics, { outcome, span, error }: FinishedOperation): void {
  if (outcome === 'denied') {
    metrics.recordGovernance('policy', 'denied', span.spanContext);
  } else if (outcome === 'throttled' && error?.backend === undefined) {
    // An upstream's own limit is no decision of ours.
    metrics.recordGovernance('rate-limit', 'throttled', span.spanContext);
  }
}
