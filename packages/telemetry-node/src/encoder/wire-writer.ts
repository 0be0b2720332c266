const INITIAL_BYTES = 64 * 1024;
/** A buffer that one huge batch has blown up past this is not kept. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
/** Texts up to this length are written by a loop; past it the native writer is faster. */
const MAX_LOOPED_LENGTH = 24;
const TWO_POW_32 = 4_294_967_296;

/**
 * Writes protobuf into one growing buffer in one pass. The length of a nested message is reserved as
 * four bytes and filled in when the message ends; a varint may carry leading zero groups, so every
 * decoder reads it (Protocol Buffers, "Encoding").
 */
export class WireWriter {
  buffer: Buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  position = 0;

  /** Makes room for `size` more bytes. */
  reserve(size: number): void {
    if (this.position + size <= this.buffer.length) {
      return;
    }
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.position + size));
    this.buffer.copy(grown, 0, 0, this.position);
    this.buffer = grown;
  }

  /** Copies out what was written and starts anew. */
  finish(): Uint8Array {
    const bytes = new Uint8Array(this.position);
    bytes.set(this.buffer.subarray(0, this.position));
    this.position = 0;
    if (this.buffer.length > MAX_KEPT_BYTES) {
      this.buffer = Buffer.allocUnsafe(INITIAL_BYTES);
    }
    return bytes;
  }

  /** Writes a tag byte and room for a length; give the result to `endMessage`. */
  beginMessage(tag: number): number {
    this.reserve(5);
    this.buffer[this.position] = tag;
    this.position += 5;
    return this.position;
  }

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

  /** Writes a tag and an unsigned number, unless it is zero (the default of proto3). */
  uintField(tag: number, value: number): void {
    if (value === 0) {
      return;
    }
    this.reserve(6);
    this.buffer[this.position++] = tag;
    this.varint(value >>> 0);
  }

  fixed32(value: number): void {
    this.reserve(4);
    this.position = this.buffer.writeUInt32LE(value >>> 0, this.position);
  }

  double(value: number): void {
    this.reserve(8);
    this.position = this.buffer.writeDoubleLE(value, this.position);
  }

  /** Writes a tag, the length and the UTF-8 of `text`; lone surrogates become U+FFFD. */
  textField(tag: number, text: string): void {
    this.reserve(text.length * 3 + 6);
    this.buffer[this.position++] = tag;
    this.text(text);
  }

  /** Writes length and UTF-8; the caller has reserved `3 × length + 5` bytes. */
  text(text: string): void {
    if (text.length <= MAX_LOOPED_LENGTH && this.#ascii(text)) {
      return;
    }
    const size = Buffer.byteLength(text);
    this.varint(size);
    this.buffer.write(text, this.position, size, 'utf8');
    this.position += size;
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

  /** Writes a tag, the length and the bytes that `hex` stands for. */
  hexField(tag: number, hex: string): void {
    const size = hex.length >>> 1;
    this.reserve(size + 6);
    const { buffer } = this;
    buffer[this.position++] = tag;
    this.varint(size);
    let position = this.position;
    for (let index = 0; index + 1 < hex.length; index += 2) {
      buffer[position++] = (nibble(hex.charCodeAt(index)) << 4) | nibble(hex.charCodeAt(index + 1));
    }
    this.position = position;
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length + 5);
    this.varint(bytes.length);
    this.buffer.set(bytes, this.position);
    this.position += bytes.length;
  }

  /** Writes a time of seconds and nanoseconds as fixed64 nanoseconds, without a bigint. */
  timeField(tag: number, seconds: number, nanos: number): void {
    this.reserve(9);
    this.buffer[this.position++] = tag;
    // 10^9 × seconds does not fit a double exactly: split the seconds at 16 bits.
    const lower = (seconds & 0xffff) * 1e9 + nanos;
    const upper = Math.floor(seconds / 65_536) * 1e9;
    const lowPart = (upper % 65_536) * 65_536;
    const low = (lower % TWO_POW_32) + lowPart;
    const high = Math.floor(lower / TWO_POW_32) + Math.floor(upper / 65_536) + Math.floor(low / TWO_POW_32);
    this.position = this.buffer.writeUInt32LE(low % TWO_POW_32, this.position);
    this.position = this.buffer.writeUInt32LE(high % TWO_POW_32, this.position);
  }
}

function nibble(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57;
}
