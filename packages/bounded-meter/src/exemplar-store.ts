import type { Attributes, SpanContext } from '@opentelemetry/api';

/** A measurement that stands for many, with the trace it was taken in (OTel metrics data model, "Exemplars"). */
export interface Exemplar {
  readonly value: number;
  readonly timestampMillis: number;
  /** Absent when the measurement was taken outside a sampled span (filter `always_on` only). */
  readonly traceId?: string;
  readonly spanId?: string;
  /** Attributes of the measurement that the series does not carry. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** `OTEL_METRICS_EXEMPLAR_FILTER`: which measurements may become exemplars. */
export type ExemplarFilter = 'trace_based' | 'always_on' | 'always_off';

/** Options of {@link ExemplarStore}. */
export interface ExemplarStoreOptions {
  /** Default `trace_based`: only measurements inside a sampled span. */
  readonly filter?: ExemplarFilter;
  /** Wall clock in milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** A measurement that may become an exemplar. */
export interface OfferedMeasurement {
  readonly value: number;
  readonly span: SpanContext | undefined;
  /** When it was taken; default now. */
  readonly timestampMillis?: number | undefined;
}

/** The exemplars of one series: one for a counter, one for each bucket of a histogram, the newest each time. */
export interface ExemplarReservoir {
  /** Whether the filter lets in a measurement taken inside `span`. */
  accepts(span: SpanContext | undefined): boolean;
  /** Keeps a measurement that the filter lets in, for bucket `index`; it replaces what was there. */
  offer(index: number, measurement: OfferedMeasurement): void;
}

/** The flag of the W3C trace context (the API is for types only, so that nothing is loaded). */
const SAMPLED = 1;

function isSampled(span: SpanContext | undefined): span is SpanContext {
  return span !== undefined && (span.traceFlags & SAMPLED) !== 0;
}

/** One exemplar in place: overwritten at each measurement, so that keeping it allocates nothing. */
interface Kept {
  value: number;
  timestampMillis: number;
  span: SpanContext | undefined;
}

function toExemplar({ value, timestampMillis, span }: Kept): Exemplar {
  return isSampled(span)
    ? { value, timestampMillis, traceId: span.traceId, spanId: span.spanId }
    : { value, timestampMillis };
}

class NewestPerBucket implements ExemplarReservoir {
  readonly #filter: ExemplarFilter;
  readonly #now: () => number;
  readonly #length: number;
  #kept: (Kept | undefined)[] | undefined;

  constructor(length: number, filter: ExemplarFilter, now: () => number) {
    this.#length = length;
    this.#filter = filter;
    this.#now = now;
  }

  accepts(span: SpanContext | undefined): boolean {
    return isSampled(span) || this.#filter === 'always_on';
  }

  offer(index: number, { value, span, timestampMillis = this.#now() }: OfferedMeasurement): void {
    if (!this.accepts(span)) {
      return;
    }
    this.#kept ??= Array.from({ length: this.#length });
    const kept = this.#kept[index];
    if (kept === undefined) {
      this.#kept[index] = { value, timestampMillis, span };
      return;
    }
    kept.value = value;
    kept.timestampMillis = timestampMillis;
    kept.span = span;
  }

  read(): readonly (Exemplar | undefined)[] | undefined {
    return this.#kept?.map((kept) => kept && toExemplar(kept));
  }
}

/** One text for equal attribute sets, whatever the order of their keys. */
function toSeriesKey(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Keeps the newest exemplar of each counter series and each histogram bucket, for pull formats that carry them.
 * It holds as many series as were asked for with {@link ExemplarStore.reservoir}: whoever asks keeps the bound.
 */
export class ExemplarStore {
  readonly #filter: ExemplarFilter;
  readonly #now: () => number;
  readonly #byIdentity = new Map<string, WeakMap<Attributes, NewestPerBucket>>();
  readonly #byKey = new Map<string, Map<string, NewestPerBucket>>();

  constructor(options: ExemplarStoreOptions = {}) {
    this.#filter = options.filter ?? 'trace_based';
    this.#now = options.now ?? Date.now;
  }

  /** When a measurement inside `span` was taken, if it may become an exemplar: to be asked once for several of them. */
  timestamp(span: SpanContext | undefined): number | undefined {
    const isWanted = this.#filter === 'always_on' || (this.#filter === 'trace_based' && isSampled(span));
    return isWanted ? this.#now() : undefined;
  }

  /**
   * The reservoir of one series, made at the first request. `undefined` with the filter `always_off`.
   *
   * @param length 1 for a counter; for a histogram, its number of bounds + 1.
   */
  reservoir(instrumentName: string, attributes: Attributes, length: number): ExemplarReservoir | undefined {
    if (this.#filter === 'always_off') {
      return undefined;
    }
    const known = this.#find(instrumentName, attributes);
    if (known !== undefined) {
      return known;
    }
    const reservoir = new NewestPerBucket(length, this.#filter, this.#now);
    this.#remember(instrumentName, attributes, reservoir);
    return reservoir;
  }

  /** The exemplars of a series by index (a counter's is at 0, a histogram's at that of its bucket), if it has any. */
  exemplars(instrumentName: string, attributes: Attributes): readonly (Exemplar | undefined)[] | undefined {
    return this.#find(instrumentName, attributes)?.read();
  }

  #find(instrumentName: string, attributes: Attributes): NewestPerBucket | undefined {
    const byIdentity = this.#byIdentity.get(instrumentName);
    if (byIdentity === undefined) {
      return undefined;
    }
    const known = byIdentity.get(attributes);
    if (known !== undefined) {
      return known;
    }
    // A reader or view may hand over a copy of the attributes: equal content is the same series.
    const equal = this.#byKey.get(instrumentName)?.get(toSeriesKey(attributes));
    if (equal !== undefined) {
      byIdentity.set(attributes, equal);
    }
    return equal;
  }

  #remember(instrumentName: string, attributes: Attributes, reservoir: NewestPerBucket): void {
    const byIdentity = this.#byIdentity.get(instrumentName) ?? new WeakMap<Attributes, NewestPerBucket>();
    this.#byIdentity.set(instrumentName, byIdentity.set(attributes, reservoir));
    const byKey = this.#byKey.get(instrumentName) ?? new Map<string, NewestPerBucket>();
    this.#byKey.set(instrumentName, byKey.set(toSeriesKey(attributes), reservoir));
  }
}
