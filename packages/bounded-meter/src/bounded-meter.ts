import type { MetricDefinition } from '@dcc-mcp/semantic-conventions';
import type { Meter } from '@opentelemetry/api';
import { HistogramSeries, SumSeries } from './bound-series.ts';
import {
  IndexedInstrument,
  type BoundedInstrument,
  type InstrumentParts,
  type SeriesUsage,
} from './bounded-instrument.ts';
import type { ExemplarStore } from './exemplar-store.ts';
import { createObservable, toCallback, toMetricOptions, type Reading } from './observables.ts';
import { PendingSums } from './pending-sums.ts';
import { createSelfCounters } from './self-counters.ts';

/** Series that one instrument may have over the life of the process, unless said otherwise. */
export const DEFAULT_SERIES_BUDGET = 2000;

/**
 * The cardinality limit to give the metrics SDK (`aggregationCardinalityLimit` of a view, `cardinalitySelector` of a
 * reader): above every budget, so that the SDK never folds series into `otel_metric_overflow` itself.
 */
export const SDK_CARDINALITY_LIMIT = 10_000;

/** Options of {@link createBoundedMeter}. */
export interface BoundedMeterOptions {
  /** Where exemplars go; none are kept without it. */
  readonly exemplars?: ExemplarStore;
  /** Bound in series for each instrument over the life of the process; 1 to 9,000, default 2,000. */
  readonly seriesBudget?: number;
}

/** Creates instruments that bound their series, keep exemplars and never throw. */
export interface BoundedMeter {
  /** An instrument for a counter, an up-down counter or a histogram. @throws {TypeError} For a gauge. */
  instrument(definition: MetricDefinition): BoundedInstrument;
  /**
   * Registers an instrument that is read at each collection. A source that throws, or gives what is no number, leaves its
   * reading out and is counted. Give the same attribute objects each time. The function given back takes it away again.
   */
  observe(definition: MetricDefinition, read: () => readonly Reading[]): () => void;
  /** How much of its budget each instrument has used, by name; those that are read at each collection have none. */
  usage(): Readonly<Record<string, SeriesUsage>>;
  /** Hands over what was counted and takes all callbacks off the meter. Recording goes on working. */
  shutdown(): void;
}

type ToBoundSeries = InstrumentParts['toBoundSeries'];

function createSeriesFactory(meter: Meter, definition: MetricDefinition, pending: PendingSums): ToBoundSeries {
  const { name, kind, boundaries = [] } = definition;
  const options = toMetricOptions(definition);
  if (kind === 'gauge') {
    throw new TypeError(`${name} is a gauge; observe it instead`);
  }
  if (kind === 'histogram') {
    const histogram = meter.createHistogram(name, options);
    return (parts) => new HistogramSeries(histogram, parts, boundaries);
  }
  const allowsNegative = kind === 'up_down_counter';
  const counter = allowsNegative ? meter.createUpDownCounter(name, options) : meter.createCounter(name, options);
  return (parts) => new SumSeries({ counter, allowsNegative, pending }, parts);
}

function checkBudget(seriesBudget: number): void {
  if (!Number.isInteger(seriesBudget) || seriesBudget < 1 || seriesBudget > 9000) {
    throw new RangeError(`seriesBudget must be a whole number from 1 to 9000, got ${seriesBudget}`);
  }
}

/**
 * Wraps a meter. It adds two counters: `dcc_mcp_telemetry_invalid_values` for what was dropped and
 * `dcc_mcp_telemetry_overflow` for what went under `_other`, each by instrument.
 *
 * @throws {RangeError} When `seriesBudget` is not a whole number from 1 to 9,000.
 */
export function createBoundedMeter(meter: Meter, options: BoundedMeterOptions = {}): BoundedMeter {
  const { exemplars, seriesBudget: maxSeries = DEFAULT_SERIES_BUDGET } = options;
  checkBudget(maxSeries);
  const pending = new PendingSums();
  const counters = createSelfCounters(meter, () => pending.flush());
  const stops = new Set<() => void>();
  const instruments = new Map<string, IndexedInstrument>();
  return {
    instrument(definition) {
      const hasOpenLabel = definition.labels.some((label) => label.values === undefined);
      const counts = {
        invalidValue: counters.invalidValues(definition.name),
        overflow: hasOpenLabel ? counters.overflow(definition.name) : () => undefined,
      };
      const toBoundSeries = createSeriesFactory(meter, definition, pending);
      const instrument = new IndexedInstrument({ definition, toBoundSeries, counts, exemplars, maxSeries });
      instruments.set(definition.name, instrument);
      return instrument;
    },
    usage: () => Object.fromEntries(Array.from(instruments, ([name, { usage }]) => [name, usage] as const)),
    observe(definition, read) {
      const observable = createObservable(meter, definition);
      const callback = toCallback(read, counters.invalidValues(definition.name));
      observable.addCallback(callback);
      const stop = (): void => {
        observable.removeCallback(callback);
        stops.delete(stop);
      };
      stops.add(stop);
      return stop;
    },
    shutdown() {
      pending.close();
      counters.stop();
      for (const stop of stops) {
        stop();
      }
    },
  };
}
