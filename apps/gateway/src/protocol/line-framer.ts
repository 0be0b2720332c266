const NEWLINE = 0x0a;

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
  #parts: Buffer[] = [];
  #size = 0;
  #isSkipping = false;

  constructor(options: LineFramerOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#finish(chunk, start, end);
      start = end + 1;
    }
    if (start < chunk.length) {
      this.#keep(start === 0 ? chunk : chunk.subarray(start));
    }
  }

  /** Hands out what came after the last newline. */
  end(): void {
    if (this.#parts.length > 0 && !this.#isSkipping) {
      this.#finish(Buffer.alloc(0), 0, 0);
    }
  }

  #finish(chunk: Buffer, start: number, end: number): void {
    if (this.#isSkipping) {
      this.#isSkipping = false;
      return;
    }
    if (this.#parts.length === 0) {
      this.#emit(chunk, start, end);
      return;
    }
    this.#keep(chunk.subarray(start, end));
    const line = Buffer.concat(this.#parts, this.#size);
    this.#clear();
    if (this.#isSkipping) {
      this.#isSkipping = false;
    } else {
      this.#emit(line, 0, line.length);
    }
  }

  #emit(bytes: Buffer, start: number, end: number): void {
    if (end - start > this.#options.maxLineBytes) {
      this.#options.onOverlong(bytes.toString('utf8', start, start + 512));
    } else if (end > start) {
      this.#options.onLine(bytes.toString('utf8', start, end));
    }
  }

  #keep(part: Buffer): void {
    if (this.#isSkipping) {
      return;
    }
    this.#parts.push(part);
    this.#size += part.length;
    if (this.#size > this.#options.maxLineBytes) {
      const head = Buffer.concat(this.#parts, Math.min(this.#size, 512)).toString('utf8');
      this.#clear();
      this.#isSkipping = true;
      this.#options.onOverlong(head);
    }
  }

  #clear(): void {
    this.#parts = [];
    this.#size = 0;
  }
}
