import { RingBuffer } from '@dcc-mcp/bounds';
import type { FileHandle } from 'node:fs/promises';

/** Bounds of one file. */
export interface FileBounds {
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** What a file held when it was read. */
export interface FileReading {
  /** The newest lines within the bounds, oldest first. */
  readonly lines: readonly string[];
  /** Lines in the file, the ones that are not given included. */
  readonly rows: number;
  readonly bytes: number;
  /** Bytes up to the end of the last whole line. */
  readonly wholeBytes: number;
  /** What stands behind the last line break: a line whose writing was interrupted. */
  readonly rest: string;
}

/** A line longer than this is none of ours, in bytes. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
const LINE_BREAK = 0x0a;

/** Reads a file from its start, whatever its size, and keeps no more than the bounds of it in memory. */
export async function readLines(file: FileHandle, bounds: FileBounds): Promise<FileReading> {
  const kept = new NewestLines(bounds);
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let rows = 0;
  let bytes = 0;
  let wholeBytes = 0;
  const rest = new LineRest();
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, bytes);
    if (bytesRead === 0) {
      return { lines: kept.lines(), rows, bytes, wholeBytes, rest: rest.take() };
    }
    let start = 0;
    for (let end = buffer.indexOf(LINE_BREAK); end !== -1 && end < bytesRead; end = buffer.indexOf(LINE_BREAK, start)) {
      rest.add(buffer.subarray(start, end));
      kept.push(rest.take());
      start = end + 1;
      rows += 1;
      wholeBytes = bytes + start;
    }
    rest.add(buffer.subarray(start, bytesRead));
    bytes += bytesRead;
  }
}

/** The newest lines that keep the bounds of one file. */
export class NewestLines {
  readonly #lines: RingBuffer<string>;
  readonly #maxBytes: number;

  constructor({ maxRows, maxBytes }: FileBounds) {
    this.#lines = new RingBuffer(maxRows);
    this.#maxBytes = maxBytes;
  }

  push(line: string): void {
    this.#lines.push(line);
  }

  lines(): readonly string[] {
    const all = this.#lines.toArray();
    let bytes = 0;
    const first = all.findLastIndex((line) => {
      bytes += Buffer.byteLength(line) + 1;
      return bytes > this.#maxBytes;
    });
    return all.slice(first + 1);
  }
}

/** A line that is not whole yet. */
class LineRest {
  #parts: Buffer[] = [];
  #bytes = 0;

  add(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes <= MAX_LINE_BYTES) {
      this.#parts.push(Buffer.from(part));
    }
  }

  /** Not JSON where it was too long, so that it is counted as unreadable. */
  take(): string {
    const line = this.#bytes > MAX_LINE_BYTES ? '<a line past every bound>' : Buffer.concat(this.#parts).toString();
    this.#parts = [];
    this.#bytes = 0;
    return line;
  }
}
