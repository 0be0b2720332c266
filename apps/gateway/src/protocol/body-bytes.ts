/** Shorter pieces are copied together: each buffer takes about 100 bytes beside its own, however little it holds. */
const SHORT_BYTES = 1_024;
const JOINED_BYTES = 16 * 1_024;
/** An ordinary answer comes in one piece or two, for which a buffer to copy them to would cost more than it saves. */
const MAX_SHORT_CHUNKS = 16;

/** The bytes of a body, or of a line, as they come. */
export class BodyBytes {
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #joined: Buffer | undefined;
  #joinedBytes = 0;
  #shortChunks = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns False when the body is over the bound. */
  add(chunk: Buffer): boolean {
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) {
      return false;
    }
    if (chunk.length < SHORT_BYTES) {
      this.#shortChunks += 1;
    }
    if (chunk.length >= SHORT_BYTES || this.#shortChunks <= MAX_SHORT_CHUNKS) {
      this.#flush();
      this.#chunks.push(chunk);
      return true;
    }
    if (this.#joinedBytes + chunk.length > JOINED_BYTES) {
      this.#flush();
    }
    this.#joined ??= Buffer.allocUnsafe(JOINED_BYTES);
    chunk.copy(this.#joined, this.#joinedBytes);
    this.#joinedBytes += chunk.length;
    return true;
  }

  /** All of it. */
  toBuffer(): Buffer {
    this.#flush();
    const [only] = this.#chunks;
    return this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
  }

  /** All of it as text. */
  toText(): string {
    return this.toBuffer().toString('utf8');
  }

  #flush(): void {
    if (this.#joined !== undefined && this.#joinedBytes > 0) {
      // A copy: what is left of the buffer would be kept with it.
      this.#chunks.push(Buffer.from(this.#joined.subarray(0, this.#joinedBytes)));
      this.#joinedBytes = 0;
    }
  }
}
