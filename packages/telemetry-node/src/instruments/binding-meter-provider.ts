import type { Meter, MeterOptions, MeterProvider } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import type { ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { BindingMeter, type BindingMeterSettings } from './binding-meter.ts';

/** Gives the meters of one telemetry instance: the SDK's, with histograms whose series can be bound. */
export class BindingMeterProvider implements MeterProvider {
  readonly #provider: MeterProvider;
  readonly #settings: BindingMeterSettings;
  readonly #meters = new Map<string, BindingMeter>();

  constructor(provider: MeterProvider, settings: BindingMeterSettings) {
    this.#provider = provider;
    this.#settings = settings;
  }

  getMeter(name: string, version = '', options?: MeterOptions): Meter {
    const schemaUrl = options?.schemaUrl;
    const key = JSON.stringify([name, version, schemaUrl]);
    const known = this.#meters.get(key);
    if (known !== undefined) {
      return known;
    }
    const scope = { name, version, ...(schemaUrl !== undefined && { schemaUrl }) };
    const meter = new BindingMeter(scope, this.#provider.getMeter(name, version, options), this.#settings);
    this.#meters.set(key, meter);
    return meter;
  }

  /** The histograms of all its meters, as one more part of a cumulative collection. */
  collect(): ScopeMetrics[] {
    const endTime = millisToHrTime(this.#settings.now());
    return [...this.#meters.values()].map((meter) => meter.collect(endTime));
  }
}
