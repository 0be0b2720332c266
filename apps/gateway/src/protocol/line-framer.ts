import { BodyBytes } from './body-bytes.ts';

const NEWLINE = 0x0a;
/** Bytes of an overlong line that are shown. */
const HEAD_BYTES = 512;

export interface LineFramerOptions {
  /** Bound of one line in bytes; a longer one is given up and reported, the next line is read as usual. */
  readonly maxLineBytes: number;
  onLine(line: string): void;
  /** A line over the bound; `head` is its beginning (at most 512 bytes). */
  onOverlong(head: string): void;
}

/** Cuts a byte stream into lines; a line costs one conversion to text, also when it comes in many chunks. */
export class LineFramer {
  readonly #options: LineFramerOptions;
  /** What there is of the line so far, unless it begins with the next chunk. */
  #begun: BodyBytes | undefined;
  #isSkipping = false;

  constructor(options: LineFramerOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#finish(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) {
      this.#keep(start === 0 ? chunk : chunk.subarray(start));
    }
  }

  /** Hands out what came after the last newline. */
  end(): void {
    if (this.#begun !== undefined) {
      this.#finish(Buffer.alloc(0));
    }
  }

  /** `rest` is the end of a line. */
  #finish(rest: Buffer): void {
    if (this.#begun === undefined && !this.#isSkipping) {
      this.#emit(rest);
      return;
    }
    this.#keep(rest);
    const line = this.#begun?.toBuffer();
    this.#begun = undefined;
    this.#isSkipping = false;
    if (line !== undefined) {
      this.#emit(line);
    }
  }

  #emit(line: Buffer): void {
    if (line.length > this.#options.maxLineBytes) {
      this.#options.onOverlong(line.toString('utf8', 0, HEAD_BYTES));
    } else if (line.length > 0) {
      this.#options.onLine(line.toString('utf8'));
    }
  }

  #keep(part: Buffer): void {
    if (this.#isSkipping) {
      return;
    }
    this.#begun ??= new BodyBytes(this.#options.maxLineBytes);
    if (!this.#begun.add(part)) {
      const head = Buffer.concat([this.#begun.toBuffer().subarray(0, HEAD_BYTES), part.subarray(0, HEAD_BYTES)]);
      this.#begun = undefined;
      this.#isSkipping = true;
      this.#options.onOverlong(head.toString('utf8', 0, HEAD_BYTES));
    }
  }
}
