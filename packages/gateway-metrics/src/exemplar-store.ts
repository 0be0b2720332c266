import { TraceFlags, type Attributes, type SpanContext } from '@opentelemetry/api';

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

/** The exemplars of one series: one slot for a counter, one for each bucket of a histogram. */
export interface ExemplarSlots {
  /** Whether the filter lets in a measurement taken inside `span`. */
  accepts(span: SpanContext | undefined): boolean;
  /**
   * Keeps a measurement that the filter lets in, in slot `index`; it replaces what was there.
   *
   * @param timestampMillis When it was taken; default now.
   */
  offer(index: number, value: number, span: SpanContext | undefined, timestampMillis?: number): void;
}

function isSampled(span: SpanContext | undefined): span is SpanContext {
  return span !== undefined && (span.traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** One exemplar in place: overwritten at each measurement, so that recording allocates nothing. */
interface Slot {
  value: number;
  timestampMillis: number;
  span: SpanContext | undefined;
}

function toExemplar({ value, timestampMillis, span }: Slot): Exemplar {
  return isSampled(span)
    ? { value, timestampMillis, traceId: span.traceId, spanId: span.spanId }
    : { value, timestampMillis };
}

class Slots implements ExemplarSlots {
  readonly #filter: ExemplarFilter;
  readonly #now: () => number;
  readonly #length: number;
  #slots: (Slot | undefined)[] | undefined;

  constructor(length: number, filter: ExemplarFilter, now: () => number) {
    this.#length = length;
    this.#filter = filter;
    this.#now = now;
  }

  accepts(span: SpanContext | undefined): boolean {
    return isSampled(span) || this.#filter === 'always_on';
  }

  offer(index: number, value: number, span: SpanContext | undefined, timestampMillis: number = this.#now()): void {
    if (!this.accepts(span)) {
      return;
    }
    this.#slots ??= Array.from({ length: this.#length });
    const slot = this.#slots[index];
    if (slot === undefined) {
      this.#slots[index] = { value, timestampMillis, span };
      return;
    }
    slot.value = value;
    slot.timestampMillis = timestampMillis;
    slot.span = span;
  }

  read(): readonly (Exemplar | undefined)[] | undefined {
    return this.#slots?.map((slot) => slot && toExemplar(slot));
  }
}

/** One text for equal attribute sets, whatever the order of their keys. */
function toSeriesKey(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Keeps the newest exemplar of each counter series and each histogram bucket, for pull formats that carry them.
 * It holds as many series as were asked for with {@link ExemplarStore.slots}: whoever asks keeps the bound.
 */
export class ExemplarStore {
  readonly #filter: ExemplarFilter;
  readonly #now: () => number;
  readonly #byIdentity = new Map<string, WeakMap<Attributes, Slots>>();
  readonly #byKey = new Map<string, Map<string, Slots>>();

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
   * The slots of one series, made at the first request. `undefined` with the filter `always_off`.
   *
   * @param length 1 for a counter; for a histogram, its number of bounds + 1.
   */
  slots(instrumentName: string, attributes: Attributes, length: number): ExemplarSlots | undefined {
    if (this.#filter === 'always_off') {
      return undefined;
    }
    const known = this.#find(instrumentName, attributes);
    if (known !== undefined) {
      return known;
    }
    const slots = new Slots(length, this.#filter, this.#now);
    this.#remember(instrumentName, attributes, slots);
    return slots;
  }

  /** The exemplars of a series by slot (a counter's is at 0, a histogram's at the index of its bucket), if it has any. */
  exemplars(instrumentName: string, attributes: Attributes): readonly (Exemplar | undefined)[] | undefined {
    return this.#find(instrumentName, attributes)?.read();
  }

  #find(instrumentName: string, attributes: Attributes): Slots | undefined {
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

  #remember(instrumentName: string, attributes: Attributes, slots: Slots): void {
    const byIdentity = this.#byIdentity.get(instrumentName) ?? new WeakMap<Attributes, Slots>();
    this.#byIdentity.set(instrumentName, byIdentity.set(attributes, slots));
    const byKey = this.#byKey.get(instrumentName) ?? new Map<string, Slots>();
    this.#byKey.set(instrumentName, byKey.set(toSeriesKey(attributes), slots));
  }
}
