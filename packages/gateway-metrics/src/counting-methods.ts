import type { BoundedInstrument, BoundedLabels, BoundedMeter, LabelValues } from '@dcc-mcp/bounded-meter';
import type { RankBucket } from '@dcc-mcp/semantic-conventions';
import type { SpanContext } from '@opentelemetry/api';
import type { GatewayFeature } from './closed-counters.ts';
import type { GatewayMetrics } from './gateway-events.ts';

/** What recording methods are made from: instruments come into existence when they are first asked for. */
export interface RecordingParts {
  readonly meter: BoundedMeter;
  readonly tools: BoundedLabels;
  readonly counter: (feature: GatewayFeature) => BoundedInstrument;
  readonly instrument: (name: string) => BoundedInstrument;
}

/** One event of a closed counter. */
export interface CountedEvent {
  readonly labels?: LabelValues;
  readonly value?: number;
  readonly span?: SpanContext | undefined;
}

/** Counts one event. */
export function count(
  { counter }: RecordingParts,
  feature: GatewayFeature,
  { labels = {}, value = 1, span }: CountedEvent,
): void {
  counter(feature).record(value, labels, span);
}

/** Part of `GatewayMetrics`. */
type CountingMethods = Pick<
  GatewayMetrics,
  | 'recordRejected'
  | 'recordBackendError'
  | 'recordGovernance'
  | 'recordSearchFollowup'
  | 'recordReformulation'
  | 'recordProbe'
  | 'recordElection'
  | 'recordEviction'
  | 'recordNotificationSent'
  | 'recordSessionEnded'
  | 'recordResponseTokens'
  | 'recordQuarantine'
>;

/** The methods that count events of closed counters. */
export function createCountingMethods(parts: RecordingParts): CountingMethods {
  const on = (feature: GatewayFeature, labels: LabelValues, span?: SpanContext): void =>
    count(parts, feature, { labels, span });
  return {
    recordRejected: guarded((reason, span) => on('rejections', { reason }, span)),
    recordBackendError: guarded((kind, span) => on('backend_errors', { kind }, span)),
    recordGovernance: guarded((category, outcome, span) => on('governance', { category, outcome }, span)),
    recordSearchFollowup: guarded((kind, bucket, span) => on('search_followups', { kind, rank_bucket: bucket }, span)),
    recordReformulation: guarded((span) => on('search_reformulations', {}, span)),
    recordProbe: guarded((outcome) => on('probes', { outcome })),
    recordElection: guarded((outcome) => on('elections', { outcome })),
    recordEviction: guarded((reason) => on('evictions', { reason })),
    recordNotificationSent: guarded((channel) => on('notifications', { channel })),
    recordSessionEnded: guarded((reason) => on('sessions_ended', { reason })),
    recordResponseTokens: guarded((surface, bytes, span) => {
      const value = typeof bytes === 'number' ? Math.ceil(bytes / 4) : bytes;
      count(parts, 'response_tokens', { labels: { surface }, value, span });
    }),
    recordQuarantine: guarded((scope, action) => on('quarantine', { scope, action })),
  };
}

/** Whatever happens inside, the caller never sees it. */
export function guarded<A extends readonly unknown[]>(
  record: (...measurement: A) => void,
): (...measurement: A) => void {
  return (...measurement) => {
    try {
      record(...measurement);
    } catch {
      // Only a broken meter or an argument that is not even an object gets here; the request goes on.
    }
  };
}

/** The bucket of a hit's rank, 1 being the best; `unknown` without a rank. */
export function toRankBucket(rank: number | undefined): RankBucket {
  if (rank === undefined || !Number.isInteger(rank) || rank < 1) {
    return 'unknown';
  }
  if (rank === 1) {
    return 'top1';
  }
  if (rank <= 3) {
    return 'top3';
  }
  return rank <= 5 ? 'top5' : 'beyond5';
}
