import type { Tracer, TracerProvider } from '@opentelemetry/api';
import { RecordingTracer, type TracerSettings } from './recording-tracer.ts';

/** Gives the tracers of one telemetry instance, one for each name, version and schema. */
export class RecordingTracerProvider implements TracerProvider {
  readonly #settings: TracerSettings;
  readonly #tracers = new Map<string, Tracer>();

  constructor(settings: TracerSettings) {
    this.#settings = settings;
  }

  getTracer(name: string, version?: string, options?: { schemaUrl?: string }): Tracer {
    const schemaUrl = options?.schemaUrl;
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
