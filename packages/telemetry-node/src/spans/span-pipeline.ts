import { TraceFlags } from '@opentelemetry/api';
import { SamplingDecision, type Sampler } from '@opentelemetry/sdk-trace';
import type { OutgoingSpan } from '../encoder/encoded-span.ts';
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
  readonly counts: SpanCounts = { sampled: 0, recordOnly: 0, dropped: 0, live: 0 };
  readonly #queues: readonly BatchQueue<OutgoingSpan>[];
  readonly #redaction: SpanRedaction | undefined;

  constructor(queues: readonly BatchQueue<OutgoingSpan>[], redaction: SpanRedaction | undefined) {
    this.#queues = queues;
    this.#redaction = redaction;
  }

  /** True when nothing leaves here. */
  get isIdle(): boolean {
    return this.#queues.length === 0;
  }

  onStart(): void {
    this.counts.live += 1;
  }

  onEnd(span: RecordedSpan): void {
    this.counts.live -= 1;
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
    shouldSample(...asked) {
      const result = sampler.shouldSample(...asked);
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
