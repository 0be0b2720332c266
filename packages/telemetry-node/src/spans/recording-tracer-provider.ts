import type { Tracer, TracerProvider } from '@opentelemetry/api';
import { toText } from './clean-values.ts';
import { RecordingTracer, type TracerSettings } from './recording-tracer.ts';

/** Gives the tracers of one telemetry instance, one for each name, version and schema. */
export class RecordingTracerProvider implements TracerProvider {
  readonly #settings: TracerSettings;
  readonly #tracers = new Map<string, Tracer>();

  constructor(settings: TracerSettings) {
    this.#settings = settings;
  }

  getTracer(given: string, givenVersion?: string, options?: { schemaUrl?: string }): Tracer {
    const name = toText(given ?? '');
    const version = givenVersion === undefined ? undefined : toText(givenVersion);
    const schemaUrl = options?.schemaUrl === undefined ? undefined : toText(options.schemaUrl);
    const key = JSON.stringify([name, version, schemaUrl]);
    const known = this.#tracers.get(key);
    if (known !== undefined) {
      return known;
    }
    const scope = { name, ...(version !== undefined && { version }), ...(schemaUrl !== undefined && { schemaUrl }) };
    const tracer = new RecordingTracer(scope, this.#settings);
    this.#tracers.set(key, tracer);
    return tracer;
  }
}
