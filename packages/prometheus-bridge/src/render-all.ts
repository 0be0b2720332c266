import type { RenderStep } from './text-renderer.ts';

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
