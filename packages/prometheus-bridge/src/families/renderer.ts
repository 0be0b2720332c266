import type { ExemplarSource } from './exemplar.ts';
import type { MetricFamily } from './metric-families.ts';

/** Options of the serializers. */
export interface SerializeOptions {
  /** Where exemplars come from; default: there are none. Prometheus text has no place for them. */
  readonly exemplars?: ExemplarSource;
  /** Whether to say when counting began, where the format can; default true. */
  readonly withStartTimestamps?: boolean;
}

/** A step of rendering: bytes that are ready, or just a place where the caller may pause. */
export type RenderStep = Uint8Array | undefined;

/** Renders families; what it returns at the end is the number of series. */
export type Renderer = (families: readonly MetricFamily[], options: SerializeOptions) => Generator<RenderStep, number>;

/** Bytes that are handed on at once. */
export const CHUNK_BYTES: number = 64 * 1_024;

/** Joins chunks into one. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.length;
  }
  return joined;
}

/** Renders without a pause. */
export function concatAll(steps: Generator<RenderStep, unknown>): Uint8Array {
  return concat([...steps].filter((chunk) => chunk !== undefined));
}

/** Renders text without a pause. */
export function decodeAll(steps: Generator<RenderStep, unknown>): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(concatAll(steps));
}
