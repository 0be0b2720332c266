import type { Attributes, Counter, Histogram, SpanContext, UpDownCounter } from '@opentelemetry/api';
import type { ExemplarReservoir } from './exemplar-store.ts';
import type { PendingSum, PendingSums } from './pending-sums.ts';
import type { SelfCounts } from './self-counters.ts';
import type { Series } from './series-table.ts';

/** One series of one instrument, to be kept by a recording site that is used often. */
export interface BoundSeries {
  /**
   * Takes one measurement; a value that can't be one is dropped and counted.
   *
   * @param timestampMillis When it was taken, for the exemplar; default now.
   */
  record(value: number, span?: SpanContext, timestampMillis?: number): void;
}

/** What a bound series is made of. */
export interface BoundSeriesParts {
  readonly series: Series;
  /** Where its exemplars go; none are kept without it. */
  readonly reservoir: ExemplarReservoir | undefined;
  readonly counts: SelfCounts;
}

/** Index of the bucket that `value` falls into: the first bound that is not below it. */
function toBucketIndex(boundaries: readonly number[], value: number): number {
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((boundaries[middle] ?? Infinity) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Anything can arrive from untyped code: BigInt, text, objects, NaN. */
function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** The instrument of a {@link SumSeries}. */
export interface SumInstrument {
  readonly counter: Counter | UpDownCounter;
  readonly allowsNegative: boolean;
  readonly pending: PendingSums;
}

/** A series of a counter or of an up-down counter. */
export class SumSeries implements BoundSeries, PendingSum {
  readonly #instrument: SumInstrument;
  readonly #parts: BoundSeriesParts;
  #isStarted = false;
  #isPending = false;
  #sum = 0;

  constructor(instrument: SumInstrument, parts: BoundSeriesParts) {
    this.#instrument = instrument;
    this.#parts = parts;
  }

  record(value: number, span?: SpanContext, timestampMillis?: number): void {
    const { series, reservoir, counts } = this.#parts;
    if (!isFiniteNumber(value) || (value < 0 && !this.#instrument.allowsNegative)) {
      return counts.invalidValue();
    }
    this.#add(value);
    if (reservoir?.accepts(span) === true) {
      reservoir.offer(0, { value, span, timestampMillis });
    }
    if (series.isOverflow) {
      counts.overflow();
    }
  }

  /** Makes the series visible with what it has, 0 at first. */
  declare(): void {
    this.#isStarted = true;
    this.#instrument.counter.add(0, this.#parts.series.attributes);
  }

  flush(): void {
    this.#instrument.counter.add(this.#sum, this.#parts.series.attributes);
    this.#sum = 0;
    this.#isPending = false;
  }

  #add(value: number): void {
    // The SDK takes the first measurement of a series for its start time: that one must not wait.
    if (!this.#isStarted) {
      this.declare();
    }
    this.#sum += value;
    if (this.#isPending) {
      return;
    }
    const { pending } = this.#instrument;
    if (!pending.isOpen) {
      return this.flush();
    }
    this.#isPending = true;
    pending.add(this);
  }
}

/** What takes the measurements of one series of a histogram. */
interface Recorder {
  record(value: number): void;
}

/** A histogram whose series can be bound, as those of `@dcc-mcp/telemetry-node` are. */
interface BindableHistogram extends Histogram {
  bind(attributes: Attributes): Recorder;
}

function isBindable(histogram: Histogram): histogram is BindableHistogram {
  return 'bind' in histogram && typeof histogram.bind === 'function';
}

/** Where a series can be bound, it is looked up once and not with every measurement. */
function toRecorder(histogram: Histogram, attributes: Attributes): Recorder {
  return isBindable(histogram)
    ? histogram.bind(attributes)
    : { record: (value) => histogram.record(value, attributes) };
}

/** A series of a histogram. */
export class HistogramSeries implements BoundSeries {
  readonly #recorder: Recorder;
  readonly #parts: BoundSeriesParts;
  readonly #boundaries: readonly number[];

  constructor(histogram: Histogram, parts: BoundSeriesParts, boundaries: readonly number[]) {
    this.#recorder = toRecorder(histogram, parts.series.attributes);
    this.#parts = parts;
    this.#boundaries = boundaries;
  }

  record(value: number, span?: SpanContext, timestampMillis?: number): void {
    const { series, reservoir, counts } = this.#parts;
    if (!isFiniteNumber(value) || value < 0) {
      return counts.invalidValue();
    }
    this.#recorder.record(value);
    if (reservoir?.accepts(span) === true) {
      reservoir.offer(toBucketIndex(this.#boundaries, value), { value, span, timestampMillis });
    }
    if (series.isOverflow) {
      counts.overflow();
    }
  }
}

/** Stands for a series that can't be: what is recorded into it counts as invalid. */
export class InvalidSeries implements BoundSeries {
  readonly #counts: SelfCounts;

  constructor(counts: SelfCounts) {
    this.#counts = counts;
  }

  record(): void {
    this.#counts.invalidValue();
  }
}
