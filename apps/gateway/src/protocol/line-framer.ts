import { BodyBytes } from './body-bytes.ts';

const NEWLINE = 0x0a;
const HEAD_BYTES = 512;

export interface LineFramerOptions {
  /** Bound of one line in bytes; a longer one is given up and reported, the next line is read as usual. */
  readonly maxLineBytes: number;
  /** Bytes of a longer line that are kept: its beginning. Default 512. */
  readonly headBytes?: number;
  onLine(line: string): void;
  /** A line is over the bound; `head` is its beginning. */
  onOverlong?(head: string): void;
  /** Such a line has ended; `bytes` is how long it was. */
  onOverlongEnd?(head: string, bytes: number): void;
}

/** A line that is over the bound. */
interface OverlongLine {
  readonly head: string;
  bytes: number;
}

/** Cuts a byte stream into lines; a line costs one conversion to text, also when it comes in many chunks. */
export class LineFramer {
  readonly #options: LineFramerOptions;
  /** What there is of the line so far, unless it begins with the next chunk. */
  #begun: BodyBytes | undefined;
  #overlong: OverlongLine | undefined;
  readonly #headBytes: number;

  constructor(options: LineFramerOptions) {
    this.#options = options;
    this.#headBytes = options.headBytes ?? HEAD_BYTES;
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
    if (this.#begun !== undefined || this.#overlong !== undefined) {
      this.#finish(Buffer.alloc(0));
    }
  }

  /** `rest` is the end of a line. */
  #finish(rest: Buffer): void {
    if (this.#begun === undefined && this.#overlong === undefined && rest.length <= this.#options.maxLineBytes) {
      this.#emit(rest);
      return;
    }
    this.#keep(rest);
    const [begun, overlong] = [this.#begun, this.#overlong];
    this.#begun = undefined;
    this.#overlong = undefined;
    if (overlong !== undefined) {
      this.#options.onOverlongEnd?.(overlong.head, overlong.bytes);
    } else if (begun !== undefined) {
      this.#emit(begun.toBuffer());
    }
  }

  #emit(line: Buffer): void {
    if (line.length > 0) {
      this.#options.onLine(line.toString('utf8'));
    }
  }

  #keep(part: Buffer): void {
    if (this.#overlong !== undefined) {
      this.#overlong.bytes += part.length;
      return;
    }
    this.#begun ??= new BodyBytes(this.#options.maxLineBytes);
    if (!this.#begun.add(part)) {
      const before = this.#begun.toBuffer();
      const head = Buffer.concat([before.subarray(0, this.#headBytes), part.subarray(0, this.#headBytes)]);
      this.#begun = undefined;
      this.#overlong = { head: head.toString('utf8', 0, this.#headBytes), bytes: before.length + part.length };
      this.#options.onOverlong?.(this.#overlong.head);
    }
  }
}
