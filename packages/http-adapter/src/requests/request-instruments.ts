import {
  createObservable,
  createSelfCounters,
  HistogramSeries,
  PendingSums,
  SeriesIndex,
  SumSeries,
  toMetricOptions,
  type BoundSeries,
  type ExemplarStore,
  type SelfCounters,
  type SelfCounts,
  type Series,
  type SeriesUsage,
} from '@dcc-mcp/bounded-meter';
import {
  CONVENTION_METRICS,
  HTTP_METRICS,
  METRIC_APP_INFO,
  METRIC_HTTP_REQUESTS,
  METRIC_HTTP_REQUEST_DURATION,
  METRIC_HTTP_SERVER_ACTIVE_REQUESTS,
  type MetricDefinition,
} from '@dcc-mcp/semantic-conventions';
import type { Attributes, Histogram, Meter, Observable, ObservableCallback, SpanContext } from '@opentelemetry/api';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_URL_SCHEME,
  METRIC_HTTP_SERVER_REQUEST_DURATION,
} from '@opentelemetry/semantic-conventions';
import { KIND_LABELS, toKindLabels, toMethodLabel, toRequestAttributes, toSchemeLabel } from './request-series.ts';
import type { RequestAttributes, RequestKind } from './request-series.ts';

/** Kinds kept free for requests that no route matched and for `_other`. */
const RESERVED_KINDS = 200;

/** Options of the instruments of request metrics. */
export interface RequestInstrumentOptions {
  readonly meter: Meter;
  /** What stands before the ContextForge names, with its underscore; empty for nothing. */
  readonly prefix: string;
  /** Labels of `app_info`. */
  readonly customLabels: Readonly<Record<string, string>>;
  readonly seriesBudget: number;
  readonly exemplars?: Pick<ExemplarStore, 'reservoir'> | undefined;
}

/** What is known of a request when it is over. */
export interface FinishedRequest extends RequestKind {
  /** Absent for a stream: its life is no request duration. */
  readonly durationSeconds?: number | undefined;
  readonly requestBytes?: number | undefined;
  readonly responseBytes?: number | undefined;
  readonly span?: SpanContext | undefined;
}

const definitions: ReadonlyMap<string, MetricDefinition> = new Map(
  [...HTTP_METRICS, ...CONVENTION_METRICS].map((definition) => [definition.name, definition]),
);

function definitionOf(name: string): MetricDefinition {
  const definition = definitions.get(name);
  if (definition === undefined) {
    throw new TypeError(`no metric is called ${name}`);
  }
  return definition;
}

/** Numbers in progress by attribute set; counted here and read at collection, which costs next to nothing per request. */
class ActiveRequests {
  readonly #counts = new Map<string, { readonly attributes: Attributes; count: number }>();

  add(method: string, scheme: string, change: 1 | -1): void {
    const key = `${scheme} ${method}`;
    const known = this.#counts.get(key);
    if (known !== undefined) {
      known.count += change;
      return;
    }
    const attributes = Object.freeze({ [ATTR_HTTP_REQUEST_METHOD]: method, [ATTR_URL_SCHEME]: scheme });
    this.#counts.set(key, { attributes, count: change });
  }

  readonly callback: ObservableCallback = (result) => {
    for (const { attributes, count } of this.#counts.values()) {
      result.observe(count, attributes);
    }
  };
}

/** All series that a request of one kind moves, found with one look-up. */
interface KindSeries {
  readonly requests: BoundSeries;
  readonly durations: readonly BoundSeries[];
  readonly requestSizes: readonly BoundSeries[];
  readonly responseSizes: readonly BoundSeries[];
}

const UNCOUNTED: SelfCounts = { invalidValue() {}, overflow() {} };

/** The two histograms of one measurement: the convention's, and that of ContextForge with its own attributes. */
interface HistogramPair {
  readonly convention: string;
  readonly own: string;
  readonly ownAttributes: 'duration' | 'size';
  /** Values that are none are counted once, under the name of the convention. */
  readonly counts: SelfCounts;
}

type ToSeries = (attributes: RequestAttributes) => readonly BoundSeries[];

/** What histograms are made from. */
interface Source {
  readonly meter: Meter;
  readonly prefix: string;
  readonly exemplars: Pick<ExemplarStore, 'reservoir'> | undefined;
}

function createPair({ meter, prefix, exemplars }: Source, pair: HistogramPair): ToSeries {
  const { convention, own, ownAttributes, counts } = pair;
  const definition = definitionOf(convention);
  const { boundaries = [] } = definition;
  const bindable = (name: string, options: MetricDefinition, ownCounts: SelfCounts) => {
    const histogram: Histogram = meter.createHistogram(name, toMetricOptions(options));
    return (attributes: Attributes): BoundSeries => {
      const series = { attributes, isOverflow: false };
      const reservoir = exemplars?.reservoir(name, attributes, boundaries.length + 1);
      return new HistogramSeries(histogram, { series, reservoir, counts: ownCounts }, boundaries);
    };
  };
  const first = bindable(convention, definition, counts);
  const second = bindable(`${prefix}${own}`, definitionOf(own), UNCOUNTED);
  return (attributes) => [first(attributes.convention), second(attributes[ownAttributes])];
}

interface Collected {
  readonly pending: PendingSums;
  readonly counters: SelfCounters;
  readonly onOverflow: () => void;
}

function createRequestCounter({ meter, exemplars }: Source, name: string, collected: Collected): ToKindCounter {
  const { pending, counters, onOverflow } = collected;
  const counter = meter.createCounter(name, toMetricOptions(definitionOf(METRIC_HTTP_REQUESTS)));
  const count = counters.overflow(name);
  const overflow = (): void => {
    count();
    onOverflow();
  };
  const counts = { ...UNCOUNTED, overflow };
  return (series) => {
    const reservoir = exemplars?.reservoir(name, series.attributes, 1);
    return new SumSeries({ counter, allowsNegative: false, pending }, { series, reservoir, counts });
  };
}

type ToKindCounter = (series: Series) => BoundSeries;

function createSeriesFactory(source: Source, collected: Collected): (series: Series) => KindSeries {
  const toRequests = createRequestCounter(source, `${source.prefix}http.requests`, collected);
  const size = (side: 'request' | 'response'): ToSeries => {
    const convention = `http.server.${side}.body.size`;
    const counts = { ...UNCOUNTED, invalidValue: collected.counters.invalidValues(convention) };
    return createPair(source, { convention, own: `http.${side}_size`, ownAttributes: 'size', counts });
  };
  const toDurations = createPair(source, {
    convention: METRIC_HTTP_SERVER_REQUEST_DURATION,
    own: METRIC_HTTP_REQUEST_DURATION,
    ownAttributes: 'duration',
    counts: UNCOUNTED,
  });
  const toRequestSizes = size('request');
  const toResponseSizes = size('response');
  return (kind) => {
    const attributes = toRequestAttributes(kind);
    return {
      requests: toRequests({ attributes: attributes.request, isOverflow: kind.isOverflow }),
      durations: toDurations(attributes),
      requestSizes: toRequestSizes(attributes),
      responseSizes: toResponseSizes(attributes),
    };
  };
}

function recordAll(series: readonly BoundSeries[], value: number | undefined, span: SpanContext | undefined): void {
  if (value === undefined) {
    return;
  }
  for (const each of series) {
    each.record(value, span);
  }
}

function startObservable(observable: Observable, callback: ObservableCallback): () => void {
  observable.addCallback(callback);
  return () => observable.removeCallback(callback);
}

/** The instruments of both families: OTel's convention and the names of ContextForge. */
export class RequestInstruments {
  readonly #kinds: SeriesIndex<KindSeries>;
  readonly #active = new ActiveRequests();
  readonly #stops: readonly (() => void)[];
  readonly #name: string;
  readonly #budget: number;
  #overflowed = 0;

  constructor({ meter, prefix, customLabels, seriesBudget, exemplars }: RequestInstrumentOptions) {
    const pending = new PendingSums();
    const counters = createSelfCounters(meter, () => pending.flush());
    this.#name = `${prefix}http.requests`;
    this.#budget = Math.max(RESERVED_KINDS + 1, seriesBudget);
    this.#kinds = new SeriesIndex({
      labels: KIND_LABELS,
      maxSeries: this.#budget,
      reservedSeries: RESERVED_KINDS,
      create: createSeriesFactory(
        { meter, prefix, exemplars },
        { pending, counters, onOverflow: () => (this.#overflowed += 1) },
      ),
    });
    const active = createObservable(meter, definitionOf(METRIC_HTTP_SERVER_ACTIVE_REQUESTS));
    const appInfo = createObservable(meter, definitionOf(METRIC_APP_INFO));
    const labels = Object.freeze({ ...customLabels });
    this.#stops = [
      () => pending.close(),
      () => counters.stop(),
      startObservable(active, this.#active.callback),
      startObservable(appInfo, (result) => result.observe(1, labels)),
    ];
  }

  changeActive(method: string, scheme: string, change: 1 | -1): void {
    this.#active.add(toMethodLabel(method), toSchemeLabel(scheme), change);
  }

  record(finished: FinishedRequest): void {
    const kind = this.#kinds.find(toKindLabels(finished));
    if (kind === undefined) {
      return;
    }
    const { span } = finished;
    kind.requests.record(1, span);
    if (finished.durationSeconds === undefined) {
      return;
    }
    recordAll(kind.durations, finished.durationSeconds, span);
    recordAll(kind.requestSizes, finished.requestBytes, span);
    recordAll(kind.responseSizes, finished.responseBytes, span);
  }

  /** Kinds of requests have one budget for all instruments; it is told under the name of the counter. */
  usage(): Readonly<Record<string, SeriesUsage>> {
    return { [this.#name]: { used: this.#kinds.size, budget: this.#budget, overflowed: this.#overflowed } };
  }

  stop(): void {
    for (const stop of this.#stops) {
      stop();
    }
  }
}
