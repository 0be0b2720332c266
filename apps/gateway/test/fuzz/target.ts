// What the fuzzer tries: one kind of input that comes from outside, and what must hold whatever it is.
import type * as fc from 'fast-check';

/** Bytes as a text of one character (U+0000 to U+00FF) each, so that a kept input can be read. */
export type ByteText = string;

export const toBytes = (text: ByteText): Buffer => Buffer.from(text, 'latin1');

export const toByteText = (text: string): ByteText => Buffer.from(text).toString('latin1');

/** A target that is up. */
export interface OpenTarget<Input> {
  /** @throws {Error} Where the input was not taken as it must be; the message says what came instead. */
  check(input: Input): Promise<void>;
  close(): Promise<void>;
}

/** `Input` is JSON: an input that failed is kept as a file. */
export interface Target<Input> {
  /** Also the folder of its kept inputs. */
  readonly name: string;
  readonly inputs: fc.Arbitrary<Input>;
  open(): Promise<OpenTarget<Input>>;
}
