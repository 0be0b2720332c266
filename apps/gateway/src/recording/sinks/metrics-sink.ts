import { type CallPhaseSeconds, type GatewayMetrics, toRankBucket } from '@dcc-mcp/gateway-metrics';
import { statusOfOutcome } from '@dcc-mcp/request-context';
import { OPERATION_CALL, OPERATION_SEARCH, type Outcome } from '@dcc-mcp/semantic-conventions';
import { metricLabelOf } from '../../catalog/tool-record.ts';
import type {
  CallDetails,
  CallTiming,
  Finished,
  FinishedExchange,
  FinishedOperation,
  SearchDetails,
} from '../record/finished.ts';
import { followUpKindOf } from '../record/follow-ups.ts';
import type { Sink } from '../record/recorder.ts';

/** Measures whatever is finished. */
export function createMetricsSink(metrics: GatewayMetrics): Sink {
  return { record: (finished) => measure(metrics, finished) };
}

function measure(metrics: GatewayMetrics, finished: Finished): void {
  switch (finished.kind) {
    case 'operation':
      measureOperation(metrics, finished);
      break;
    case 'exchange':
      measureExchange(metrics, finished);
      break;
    case 'request':
      metrics.recordOperation({ side: 'server', ...finished });
      break;
    case 'session':
      metrics.recordSessionEnded(finished.reason);
      metrics.recordSession({ side: 'server', ...finished });
      break;
    case 'answer':
      metrics.recordResponseTokens(finished.surface, finished.bytes);
      break;
    case 'notification':
      metrics.recordNotificationSent(finished.channel);
      break;
    case 'job-created':
      metrics.recordJobCreated(finished.tool, finished.result);
      break;
    case 'job-started':
      metrics.recordJobStarted(finished.tool, finished.waitSeconds);
      break;
    case 'job-ended':
      metrics.recordJobEnded(finished.tool);
      break;
    case 'failed-check':
      break;
    default:
      finished satisfies never;
  }
}

function measureOperation(metrics: GatewayMetrics, finished: FinishedOperation): void {
  const { details, backendErrorKind, span } = finished;
  measureJoin(metrics, finished);
  if (backendErrorKind !== undefined) {
    metrics.recordBackendError(backendErrorKind, span.spanContext);
  }
  if (details.operation === OPERATION_SEARCH) {
    measureSearch(metrics, finished, details);
  } else if (details.operation === OPERATION_CALL) {
    measureCall(metrics, finished, details);
  }
}

function measureJoin(metrics: GatewayMetrics, { join, details, span }: FinishedOperation): void {
  const followUp = followUpKindOf(details);
  if (join === undefined || followUp === undefined) {
    return;
  }
  const { selectedRank, firstSuccessMillis } = join;
  const rankBucket = selectedRank === undefined ? 'unknown' : toRankBucket(selectedRank);
  metrics.recordSearchFollowup(followUp, rankBucket, span.spanContext);
  if (firstSuccessMillis !== undefined) {
    metrics.recordTimeToFirstSuccess(firstSuccessMillis / 1000, span.spanContext);
  }
}

function measureSearch(
  metrics: GatewayMetrics,
  { durationMillis, span }: FinishedOperation,
  { found }: SearchDetails,
): void {
  if (found === undefined) {
    return;
  }
  const result = found.total === 0 ? 'zero' : 'nonzero';
  metrics.recordSearch({ result, durationSeconds: durationMillis / 1000, span: span.spanContext });
  if (found.reformulationOf !== undefined) {
    metrics.recordReformulation(span.spanContext);
  }
}

function measureCall(metrics: GatewayMetrics, finished: FinishedOperation, details: CallDetails): void {
  const { outcome, durationMillis } = finished;
  const { spanContext } = finished.span;
  const { record, timing, transport, rejection } = details;
  const tool = metricLabelOf(record);
  metrics.recordCall({
    tool,
    status: statusOfOutcome(outcome),
    span: spanContext,
    ...(timing === undefined ? {} : durations(durationMillis, timing)),
  });
  if (timing?.upstreamMillis !== undefined && transport !== undefined) {
    metrics.recordOperation({
      side: 'client',
      method: 'tools/call',
      tool,
      errorType: errorTypeOf(outcome),
      transport,
      durationSeconds: timing.upstreamMillis / 1000,
      span: spanContext,
    });
  }
  if (rejection !== undefined) {
    metrics.recordRejected(rejection, spanContext);
  }
}

function measureExchange(metrics: GatewayMetrics, finished: FinishedExchange): void {
  const { method, tool, transport, outcome, backendErrorKind, durationSeconds, span } = finished;
  if (durationSeconds !== undefined) {
    const errorType = errorTypeOf(outcome);
    metrics.recordOperation({ side: 'client', method, tool, errorType, transport, durationSeconds, span });
  }
  if (backendErrorKind !== undefined) {
    metrics.recordBackendError(backendErrorKind, span);
  }
}

function errorTypeOf(outcome: Outcome): string | undefined {
  return statusOfOutcome(outcome) === 'success' ? undefined : outcome;
}

function durations(
  durationMillis: number,
  { queueMillis, upstreamMillis }: CallTiming,
): { durationSeconds: number; phases: CallPhaseSeconds } {
  const gatewayMillis = Math.max(0, durationMillis - queueMillis - (upstreamMillis ?? 0));
  return {
    durationSeconds: durationMillis / 1000,
    phases: {
      queueSeconds: queueMillis / 1000,
      gatewaySeconds: gatewayMillis / 1000,
      upstreamSeconds: upstreamMillis === undefined ? undefined : upstreamMillis / 1000,
    },
  };
}
