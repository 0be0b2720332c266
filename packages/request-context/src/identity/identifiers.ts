/** Longest identifier taken from a caller, in characters. */
export const MAX_ID_CHARS = 128;

const ID = /^[A-Za-z0-9\-_.:]{1,128}$/;

/** True for 1–128 characters of `[A-Za-z0-9-_.:]`. */
export function isBoundedId(text: string): boolean {
  return ID.test(text);
}

const POOL_BYTES = 4096;

/**
 * Random bytes in hex, from a pool: one call of the system's generator serves hundreds of ids.
 * Pool bytes are used once.
 */
class RandomHex {
  readonly #pool: Uint8Array<ArrayBuffer> = new Uint8Array(POOL_BYTES);
  #used: number = POOL_BYTES;

  take(bytes: number): string {
    if (this.#used + bytes > POOL_BYTES) {
      globalThis.crypto.getRandomValues(this.#pool);
      this.#used = 0;
    }
    let hex = '';
    for (const end = this.#used + bytes; this.#used < end; this.#used += 2) {
      hex += this.#byte(this.#used) + this.#byte(this.#used + 1);
    }
    return hex;
  }

  #byte(at: number): string {
    return HEX[this.#pool[at] ?? 0] ?? '';
  }
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const random = new RandomHex();
const NO_TRACE_ID = '0'.repeat(32);
const NO_SPAN_ID = '0'.repeat(16);

/** A new 32-hex trace id, never all zero. */
export function newTraceId(): string {
  const id = random.take(16);
  return id === NO_TRACE_ID ? newTraceId() : id;
}

/** A new 16-hex span id, never all zero. */
export function newSpanId(): string {
  const id = random.take(8);
  return id === NO_SPAN_ID ? newSpanId() : id;
}

/**
 * A UUID version 7 (RFC 9562, section 5.7): sortable by time.
 *
 * @param now Milliseconds since the epoch.
 * @param order The twelve bits behind the version, to sort those of one millisecond. Default random ones.
 */
export function newUuidV7(now: number, order?: number): string {
  if (now !== stamp.now) {
    stamp = { now, text: toStamp(now) };
  }
  const tail = random.take(10);
  const variant = VARIANTS.charAt(Number.parseInt(tail.charAt(3), 16) & 0x3);
  const third = order === undefined ? tail.slice(0, 3) : order.toString(16).padStart(3, '0');
  // `join` writes one text, where a template keeps its parts in memory (V8): rows keep thousands of these.
  return [stamp.text, `7${third}`, `${variant}${tail.slice(4, 7)}`, tail.slice(7, 19)].join('-');
}

const VARIANTS = '89ab';

/** Of the last id: many are made in one millisecond. */
let stamp = { now: 0, text: toStamp(0) };

function toStamp(now: number): string {
  const time = Math.max(0, Math.floor(now)).toString(16).padStart(12, '0').slice(-12);
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}
