const INITIAL_BYTES = 64 * 1024;
/** A buffer that one huge batch has blown up past this is not kept. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
/** Texts up to this length are written by a loop; past it the native encoder is faster. */
const MAX_LOOPED_LENGTH = 32;
/** A length field of this many bytes: a nested message is shorter than 256 MiB. */
const LENGTH_BYTES = 4;
const TWO_POW_32 = 4_294_967_296;

const encoder = new TextEncoder();

/** How a field is written on the wire. */
export const WIRE_TYPE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** The tag of a field, which stands before its value. */
export function toTag(fieldNumber: number, wireType: keyof typeof WIRE_TYPE): number {
  return fieldNumber * 8 + WIRE_TYPE[wireType];
}

/**
 * Writes protobuf into one growing buffer in one pass. The length of a nested message is reserved as
 * four bytes and filled in when the message ends; a varint may carry leading zero groups, so every
 * decoder reads it (Protocol Buffers, "Encoding").
 */
export class ProtobufWriter {
  readonly #initialBytes: number;
  #view: DataView;
  /** What was written stands before `position`; who writes into it directly reserves room first. */
  buffer: Uint8Array<ArrayBuffer>;
  position = 0;

  /** @param initialBytes What to keep room for at first; default 64 KiB. */
  constructor(initialBytes: number = INITIAL_BYTES) {
    this.#initialBytes = initialBytes;
    this.buffer = new Uint8Array(initialBytes);
    this.#view = new DataView(this.buffer.buffer);
  }

  /** Makes room for `size` more bytes. */
  reserve(size: number): void {
    const needed = this.position + size;
    if (needed <= this.buffer.length) {
      return;
    }
    const written = this.buffer.subarray(0, this.position);
    this.#replace(Math.max(this.buffer.length * 2, needed));
    this.buffer.set(written);
  }

  /** Copies out what was written and starts anew in the same buffer. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = this.buffer.slice(0, this.position);
    this.position = 0;
    if (this.buffer.length > MAX_KEPT_BYTES) {
      this.#replace(this.#initialBytes);
    }
    return bytes;
  }

  /** Hands over the buffer with what was written and starts anew in another one. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.buffer.subarray(0, this.position);
    this.position = 0;
    this.#replace(this.#initialBytes);
    return bytes;
  }

  /** Writes a tag and room for a length; give the result to `endMessage`. */
  beginMessage(tag: number): number {
    this.reserve(5 + LENGTH_BYTES);
    this.#tag(tag);
    this.position += LENGTH_BYTES;
    return this.position;
  }

  /** Ends a nested message; it must be shorter than 256 MiB. */
  endMessage(start: number): void {
    const length = this.position - start;
    const { buffer } = this;
    buffer[start - 4] = (length & 0x7f) | 0x80;
    buffer[start - 3] = ((length >>> 7) & 0x7f) | 0x80;
    buffer[start - 2] = ((length >>> 14) & 0x7f) | 0x80;
    buffer[start - 1] = (length >>> 21) & 0x7f;
  }

  /** Writes a non-negative integer below 2^32; the caller has reserved 5 bytes. */
  varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.buffer[this.position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.position++] = rest;
  }

  /** Writes an integer of up to 64 bits, negative ones as two's complement; reserves for itself. */
  varint64(value: number): void {
    this.reserve(10);
    if (value >= 0 && value < TWO_POW_32) {
      this.varint(value);
      return;
    }
    let low = Math.abs(value) >>> 0;
    let high = Math.floor(Math.abs(value) / TWO_POW_32) >>> 0;
    if (value < 0) {
      low = (~low + 1) >>> 0;
      high = (~high + (low === 0 ? 1 : 0)) >>> 0;
    }
    while (high > 0 || low > 0x7f) {
      this.buffer[this.position++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.buffer[this.position++] = low;
  }

  /** Writes a tag and an integer of up to 64 bits, unless it is zero (the default of proto3). */
  intFieldUnlessZero(tag: number, value: number): void {
    if (value !== 0) {
      this.intField(tag, value);
    }
  }

  /** Writes a tag and an integer of up to 64 bits. */
  intField(tag: number, value: number): void {
    this.reserve(5);
    this.#tag(tag);
    this.varint64(value);
  }

  /** Writes a tag and a `sint32` or `sint64`. */
  sintField(tag: number, value: number): void {
    this.intField(tag, value < 0 ? value * -2 - 1 : value * 2);
  }

  fixed32(value: number): void {
    this.reserve(4);
    this.#view.setUint32(this.position, value >>> 0, true);
    this.position += 4;
  }

  double(value: number): void {
    this.reserve(8);
    this.#view.setFloat64(this.position, value, true);
    this.position += 8;
  }

  /** Writes a tag and an IEEE 754 double. */
  doubleField(tag: number, value: number): void {
    this.reserve(5);
    this.#tag(tag);
    this.double(value);
  }

  /** Writes a tag, the length and the UTF-8 of `text`; lone surrogates become U+FFFD. */
  textField(tag: number, text: string): void {
    this.reserve(text.length * 3 + 10);
    this.#tag(tag);
    this.text(text);
  }

  /** Writes length and UTF-8; the caller has reserved `3 × length + 5` bytes. */
  text(text: string): void {
    if (text.length <= MAX_LOOPED_LENGTH && this.#ascii(text)) {
      return;
    }
    // ASCII has as many bytes as characters: only other text has to move when its length needs more bytes.
    const start = this.position;
    const lengthBytes = varintSize(text.length);
    const { written } = encoder.encodeInto(text, this.buffer.subarray(start + lengthBytes));
    const neededBytes = varintSize(written);
    if (neededBytes > lengthBytes) {
      const from = start + lengthBytes;
      this.buffer.copyWithin(start + neededBytes, from, from + written);
    }
    this.varint(written);
    this.position += written;
  }

  /** Writes a tag, the length and the bytes that `hex` stands for. */
  hexField(tag: number, hex: string): void {
    const size = hex.length >>> 1;
    this.reserve(size + 10);
    this.#tag(tag);
    this.varint(size);
    const { buffer } = this;
    let { position } = this;
    for (let index = 0; index + 1 < hex.length; index += 2) {
      buffer[position++] = (nibble(hex.charCodeAt(index)) << 4) | nibble(hex.charCodeAt(index + 1));
    }
    this.position = position;
  }

  /** Writes a length and the bytes. */
  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length + 5);
    this.varint(bytes.length);
    this.raw(bytes);
  }

  /** Writes bytes that are whole fields already. */
  raw(encoded: Uint8Array): void {
    this.reserve(encoded.length);
    this.buffer.set(encoded, this.position);
    this.position += encoded.length;
  }

  /** Writes a tag and a time of seconds and nanoseconds as fixed64 nanoseconds, without a bigint. */
  nanosField(tag: number, seconds: number, nanos: number): void {
    this.reserve(13);
    this.#tag(tag);
    // 10^9 × seconds does not fit a double exactly: split the seconds at 16 bits.
    const lower = (seconds & 0xffff) * 1e9 + nanos;
    const upper = Math.floor(seconds / 65_536) * 1e9;
    const lowPart = (upper % 65_536) * 65_536;
    const low = (lower % TWO_POW_32) + lowPart;
    const high = Math.floor(lower / TWO_POW_32) + Math.floor(upper / 65_536) + Math.floor(low / TWO_POW_32);
    this.fixed32(low % TWO_POW_32);
    this.fixed32(high % TWO_POW_32);
  }

  #tag(tag: number): void {
    if (tag > 0x7f) {
      this.varint(tag);
    } else {
      this.buffer[this.position++] = tag;
    }
  }

  /** Writes a short text byte by byte; `false`, and nothing written, when it is not ASCII. */
  #ascii(text: string): boolean {
    const { buffer } = this;
    const { length } = text;
    const start = this.position + 1;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) {
        return false;
      }
      buffer[start + index] = code;
    }
    buffer[this.position] = length;
    this.position = start + length;
    return true;
  }

  #replace(size: number): void {
    this.buffer = new Uint8Array(size);
    this.#view = new DataView(this.buffer.buffer);
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) {
    size += 1;
  }
  return size;
}

function nibble(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57;
}
