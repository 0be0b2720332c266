import { TraceFlags, type Context } from '@opentelemetry/api';
import { SamplingDecision, type ReadableSpan, type Sampler, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { BatchQueue } from './batch-queue.ts';

/** Plain numbers that self-metrics read when they are collected. */
export interface SpanCounts {
  sampled: number;
  recordOnly: number;
  dropped: number;
  live: number;
}

/** Gives what leaves in place of an ended span: the span itself, or a redacted view of it. It must not throw. */
export type SpanTransform = (span: ReadableSpan) => ReadableSpan;

/** Hands ended, sampled spans to the queues. Flushing and stopping is the queues' owner's. */
export class SpanPipeline implements SpanProcessor {
  readonly #queues: readonly BatchQueue<ReadableSpan>[];
  readonly #counts: SpanCounts;
  readonly #toExported: SpanTransform | undefined;

  constructor(queues: readonly BatchQueue<ReadableSpan>[], counts: SpanCounts, toExported?: SpanTransform) {
    this.#queues = queues;
    this.#counts = counts;
    this.#toExported = toExported;
  }

  /** True when nothing leaves here. */
  get isIdle(): boolean {
    return this.#queues.length === 0;
  }

  onStart(): void {
    this.#counts.live += 1;
  }

  onEnd(span: ReadableSpan): void {
    this.#counts.live -= 1;
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    const exported = this.#toExported === undefined ? span : this.#toExported(span);
    for (const queue of this.#queues) queue.push(exported);
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.drain()));
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** Counts decisions on their way from the configured sampler. */
export function countDecisions(sampler: Sampler, counts: SpanCounts): Sampler {
  return {
    shouldSample(context: Context, traceId, name, kind, attributes, links) {
      const result = sampler.shouldSample(context, traceId, name, kind, attributes, links);
      if (result.decision === SamplingDecision.RECORD_AND_SAMPLED) counts.sampled += 1;
      else if (result.decision === SamplingDecision.RECORD) counts.recordOnly += 1;
      else counts.dropped += 1;
      return result;
    },
    toString: () => sampler.toString(),
  };
}
