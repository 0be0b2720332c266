import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** What is left of a span whose message is written: its bytes, among those of the spans that were written with it. */
export class EncodedSpan {
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  /** @param place Where in `bytes` its message stands, with tag and length. */
  constructor(
    { resource, instrumentationScope }: OutgoingSpan,
    bytes: Uint8Array,
    place: readonly [start: number, end: number],
  ) {
    this.resource = resource;
    this.instrumentationScope = instrumentationScope;
    this.#bytes = bytes;
    [this.#start, this.#end] = place;
  }

  get message(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }
}

/** A span on its way out, encoded or not. */
export type OutgoingSpan = ReadableSpan | EncodedSpan;
