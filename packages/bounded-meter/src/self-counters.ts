import {
  METRIC_DCC_MCP_TELEMETRY_INVALID_VALUES,
  METRIC_DCC_MCP_TELEMETRY_OVERFLOW,
  SELF_METRICS,
  type MetricDefinition,
} from '@dcc-mcp/semantic-conventions';
import type { Attributes, Meter, ObservableCallback } from '@opentelemetry/api';
import { createObservable } from './observables.ts';

/** A number by instrument, read at each collection. */
class CountsByInstrument {
  readonly #counts = new Map<string, { readonly attributes: Attributes; count: number }>();

  /** Starts at 0 for this instrument; gives the function that counts. */
  start(instrument: string): () => void {
    const entry = this.#counts.get(instrument) ?? { attributes: Object.freeze({ instrument }), count: 0 };
    this.#counts.set(instrument, entry);
    return () => {
      entry.count += 1;
    };
  }

  readonly callback: ObservableCallback = (result) => {
    for (const { attributes, count } of this.#counts.values()) {
      result.observe(count, attributes);
    }
  };
}

/** Where a series counts what it could not take as it was. */
export interface SelfCounts {
  invalidValue(): void;
  overflow(): void;
}

/** What recording says of itself. */
export interface SelfCounters {
  /** Starts counting dropped values of an instrument. */
  invalidValues(instrument: string): () => void;
  /** Starts counting measurements of an instrument that went under `_other`. */
  overflow(instrument: string): () => void;
  /** Takes the counters off the meter. */
  stop(): void;
}

/** Registers both counters. @param beforeCollection Called whenever somebody collects, before any value is read. */
export function createSelfCounters(meter: Meter, beforeCollection: () => void): SelfCounters {
  const invalidValues = new CountsByInstrument();
  const overflow = new CountsByInstrument();
  const callbacks: ReadonlyMap<string, ObservableCallback> = new Map([
    [
      METRIC_DCC_MCP_TELEMETRY_INVALID_VALUES,
      (result) => {
        beforeCollection();
        return invalidValues.callback(result);
      },
    ],
    [METRIC_DCC_MCP_TELEMETRY_OVERFLOW, overflow.callback],
  ]);
  const stops = SELF_METRICS.flatMap((definition) => {
    const callback = callbacks.get(definition.name);
    return callback === undefined ? [] : [startCounter(meter, definition, callback)];
  });
  return {
    invalidValues: (instrument) => invalidValues.start(instrument),
    overflow: (instrument) => overflow.start(instrument),
    stop() {
      for (const stop of stops) {
        stop();
      }
    },
  };
}

function startCounter(meter: Meter, definition: MetricDefinition, callback: ObservableCallback): () => void {
  const counter = createObservable(meter, definition);
  counter.addCallback(callback);
  return () => counter.removeCallback(callback);
}
