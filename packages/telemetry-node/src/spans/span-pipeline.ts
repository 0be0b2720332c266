import { TraceFlags, type Context } from '@opentelemetry/api';
import { SamplingDecision, type ReadableSpan, type Sampler } from '@opentelemetry/sdk-trace';
import type { BatchQueue } from '../export/batch-queue.ts';
import type { RecordedSpan } from './recorded-span.ts';
import type { SpanRedaction } from './span-redaction.ts';

/** Plain numbers that self-metrics read when they are collected. */
export interface SpanCounts {
  sampled: number;
  recordOnly: number;
  dropped: number;
  live: number;
}

/** Hands ended, sampled spans to the queues. Flushing and stopping is the queues' owner's. */
export class SpanPipeline {
  readonly #queues: readonly BatchQueue<ReadableSpan>[];
  readonly #counts: SpanCounts;
  readonly #redaction: SpanRedaction | undefined;

  constructor(queues: readonly BatchQueue<ReadableSpan>[], counts: SpanCounts, redaction?: SpanRedaction) {
    this.#queues = queues;
    this.#counts = counts;
    this.#redaction = redaction;
  }

  /** True when nothing leaves here. */
  get isIdle(): boolean {
    return this.#queues.length === 0;
  }

  onStart(): void {
    this.#counts.live += 1;
  }

  onEnd(span: RecordedSpan): void {
    this.#counts.live -= 1;
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) {
      return;
    }
    if (this.#redaction !== undefined) {
      span.redact(this.#redaction);
    }
    for (const queue of this.#queues) {
      queue.push(span);
    }
  }
}

/** Counts decisions on their way from the configured sampler. */
export function countDecisions(sampler: Sampler, counts: SpanCounts): Sampler {
  return {
    shouldSample(context: Context, traceId, name, kind, attributes, links) {
      const result = sampler.shouldSample(context, traceId, name, kind, attributes, links);
      if (result.decision === SamplingDecision.RECORD_AND_SAMPLED) {
        counts.sampled += 1;
      } else if (result.decision === SamplingDecision.RECORD) {
        counts.recordOnly += 1;
      } else {
        counts.dropped += 1;
      }
      return result;
    },
    toString: () => sampler.toString(),
  };
}
