import {
  type BatchObservableCallback,
  type Counter,
  type Gauge,
  type Histogram,
  type HrTime,
  type Meter,
  type MetricOptions,
  type Observable,
  type ObservableCounter,
  type ObservableGauge,
  type ObservableUpDownCounter,
  type UpDownCounter,
  ValueType,
} from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import { InstrumentType, type MetricData, type ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { BindableHistogram } from './bindable-histogram.ts';
import { guardCounter, guardRecording } from './guarded-instrument.ts';

/** What the meters of one provider share. */
export interface BindingMeterSettings {
  /** Whether histograms are ours; else they are the SDK's, and no series can be bound. */
  readonly bindsHistograms: boolean;
  /** Series of one instrument before the rest is folded into one. */
  readonly cardinalityLimit: number;
  readonly now: () => number;
}

/**
 * A meter of the SDK whose instruments throw at nobody, and whose histograms are ours where it may be, so that their
 * series can be bound.
 */
export class BindingMeter implements Meter {
  readonly #scope: InstrumentationScope;
  readonly #meter: Meter;
  readonly #settings: BindingMeterSettings;
  readonly #histograms = new Map<string, BindableHistogram>();

  constructor(scope: InstrumentationScope, meter: Meter, settings: BindingMeterSettings) {
    this.#scope = scope;
    this.#meter = meter;
    this.#settings = settings;
  }

  /** The same histogram for the same name (in any case), unit and kind of value. */
  createHistogram(name: string, options: MetricOptions = {}): Histogram {
    if (!this.#settings.bindsHistograms) {
      return guardRecording(this.#meter.createHistogram(name, options));
    }
    const { description = '', unit = '', valueType = ValueType.DOUBLE, advice = {} } = options;
    const key = JSON.stringify([name.toLowerCase(), unit, valueType]);
    const known = this.#histograms.get(key);
    if (known !== undefined) {
      return known;
    }
    const descriptor = { name, type: InstrumentType.HISTOGRAM, description, unit, valueType, advice };
    const { cardinalityLimit, now } = this.#settings;
    const histogram = new BindableHistogram(descriptor, cardinalityLimit, now);
    this.#histograms.set(key, histogram);
    return histogram;
  }

  /** What its histograms have so far. */
  collect(endTime: HrTime): ScopeMetrics {
    const metrics: MetricData[] = [];
    for (const histogram of this.#histograms.values()) {
      const metric = histogram.collect(endTime);
      if (metric !== undefined) {
        metrics.push(metric);
      }
    }
    return { scope: this.#scope, metrics };
  }

  createGauge(name: string, options?: MetricOptions): Gauge {
    return guardRecording(this.#meter.createGauge(name, options));
  }

  createCounter(name: string, options?: MetricOptions): Counter {
    return guardCounter(this.#meter.createCounter(name, options));
  }

  createUpDownCounter(name: string, options?: MetricOptions): UpDownCounter {
    return guardCounter(this.#meter.createUpDownCounter(name, options));
  }

  createObservableGauge(name: string, options?: MetricOptions): ObservableGauge {
    return this.#meter.createObservableGauge(name, options);
  }

  createObservableCounter(name: string, options?: MetricOptions): ObservableCounter {
    return this.#meter.createObservableCounter(name, options);
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions): ObservableUpDownCounter {
    return this.#meter.createObservableUpDownCounter(name, options);
  }

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#meter.addBatchObservableCallback(callback, observables);
  }

  removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#meter.removeBatchObservableCallback(callback, observables);
  }
}
