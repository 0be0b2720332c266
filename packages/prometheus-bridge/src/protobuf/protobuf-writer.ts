import { ByteWriter } from '../text/byte-writer.ts';

const encoder = new TextEncoder();
const LENGTH_BYTES = 4;

/** Writes protobuf fields; the length of a nested message is put in when the message is done. */
export class ProtobufWriter {
  readonly #out: ByteWriter;

  /** @param initialBytes What to keep room for at first; default enough for a chunk of a scrape. */
  constructor(initialBytes?: number) {
    this.#out = new ByteWriter(initialBytes);
  }

  get length(): number {
    return this.#out.length;
  }

  take(): Uint8Array {
    return this.#out.take();
  }

  /** Writes a field of any unsigned type; at most 2^53 - 1. */
  uint(field: number, value: number): void {
    this.varint(field * 8);
    this.varint(value);
  }

  /** Writes a `sint32` or `sint64` field. */
  sint(field: number, value: number): void {
    this.uint(field, value < 0 ? value * -2 - 1 : value * 2);
  }

  double(field: number, value: number): void {
    this.varint(field * 8 + 1);
    this.#out.double(value);
  }

  text(field: number, value: string): void {
    this.bytes(field, encoder.encode(value));
  }

  bytes(field: number, value: Uint8Array): void {
    this.varint(field * 8 + 2);
    this.varint(value.length);
    this.#out.bytes(value);
  }

  /** Writes bytes that are whole fields already. */
  fields(encoded: Uint8Array): void {
    this.#out.bytes(encoded);
  }

  /** Begins a nested message; give what this returns to `end`. Room for its length is kept: a varint may be padded. */
  begin(field: number): number {
    this.varint(field * 8 + 2);
    for (let count = 0; count < LENGTH_BYTES; count += 1) {
      this.#out.byte(0);
    }
    return this.#out.length;
  }

  /** Ends the nested message; it must be shorter than 256 MiB. */
  end(start: number): void {
    let rest = this.#out.length - start;
    for (let at = start - LENGTH_BYTES; at < start - 1; at += 1) {
      this.#out.put(at, (rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.#out.put(start - 1, rest);
  }

  varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#out.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.#out.byte(rest);
  }
}
