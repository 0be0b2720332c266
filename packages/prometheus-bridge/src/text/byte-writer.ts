const encoder = new TextEncoder();
const INITIAL_BYTES = 72 * 1024;
const ZERO = 48;

/** Writes bytes one after another into a buffer that grows; `take` hands the buffer over and starts a new one. */
export class ByteWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #length = 0;

  /** Bytes written since the last `take`. */
  get length(): number {
    return this.#length;
  }

  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array(INITIAL_BYTES);
    this.#length = 0;
    return taken;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.#length);
    this.#length += source.length;
  }

  /** Writes again what stands at `start`, `length` bytes of it: cheaper than writing a long prefix anew. */
  repeat(start: number, length: number): void {
    this.#reserve(length);
    this.#bytes.copyWithin(this.#length, start, start + length);
    this.#length += length;
  }

  text(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  /** Writes text that is known to be ASCII. */
  ascii(text: string): void {
    this.#reserve(text.length);
    for (let index = 0; index < text.length; index += 1) {
      this.#bytes[this.#length + index] = text.charCodeAt(index);
    }
    this.#length += text.length;
  }

  /** Writes a number as the text formats do. */
  number(value: number): void {
    if (Number.isSafeInteger(value) && value >= 0) {
      this.#digits(value);
    } else {
      this.ascii(formatNumber(value));
    }
  }

  #digits(value: number): void {
    this.#reserve(16);
    let length = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) {
      length += 1;
    }
    let rest = value;
    for (let at = this.#length + length - 1; at >= this.#length; at -= 1) {
      const next = Math.floor(rest / 10);
      this.#bytes[at] = ZERO + (rest - next * 10);
      rest = next;
    }
    this.#length += length;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) {
      return;
    }
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** The text form of a sample value: `+Inf`, `-Inf`, `NaN`, else the shortest decimal; minus zero is zero. */
function formatNumber(value: number): string {
  if (Number.isFinite(value)) {
    return String(value);
  }
  if (Number.isNaN(value)) {
    return 'NaN';
  }
  return value > 0 ? '+Inf' : '-Inf';
}
