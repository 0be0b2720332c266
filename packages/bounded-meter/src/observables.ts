import type { MetricDefinition } from '@dcc-mcp/semantic-conventions';
import type { Attributes, Meter, MetricOptions, Observable, ObservableCallback } from '@opentelemetry/api';

/** One value of an observed instrument. */
export type Reading = readonly [value: number, attributes: Attributes];

/** What the OTel API wants to know of a metric; bucket boundaries go as advice, which needs no view. */
export function toMetricOptions({ description, unit, boundaries }: MetricDefinition): MetricOptions {
  const advice = boundaries && { explicitBucketBoundaries: [...boundaries] };
  return { description, unit, ...(advice === undefined ? {} : { advice }) };
}

/** Creates the instrument of a metric that is read at each collection; a histogram becomes a gauge. */
export function createObservable(meter: Meter, definition: MetricDefinition): Observable {
  const options = toMetricOptions(definition);
  if (definition.kind === 'counter') {
    return meter.createObservableCounter(definition.name, options);
  }
  if (definition.kind === 'up_down_counter') {
    return meter.createObservableUpDownCounter(definition.name, options);
  }
  return meter.createObservableGauge(definition.name, options);
}

/** Hands readings on; `onInvalid` hears of a source that throws and of each value that is no number. */
export function toCallback(read: () => readonly Reading[], onInvalid: () => void): ObservableCallback {
  return (result) => {
    try {
      for (const [value, attributes] of read()) {
        if (typeof value === 'number' && Number.isFinite(value)) {
          result.observe(value, attributes);
        } else {
          onInvalid();
        }
      }
    } catch {
      onInvalid();
    }
  };
}
