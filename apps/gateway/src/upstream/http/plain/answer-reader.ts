import http from 'node:http';
import { errors } from 'undici';
import { type AnswerHead, checkTrailers, malformed, readAnswerHead, TOKEN } from './answer-head.ts';
import { MarkedText } from './marked-text.ts';

/** Who takes an answer. */
export interface AnswerSink {
  /** Not of interim answers (1xx). */
  onHead(head: AnswerHead): void;
  /** @param bytes Are lent: they are others when this has returned. */
  onData(bytes: Buffer): void;
  onEnd(): void;
}

/** `size`, `chunk` and `chunkEnd` are of a chunked body; `connection`: it ends with the connection. */
type Phase = 'head' | 'length' | 'connection' | 'size' | 'chunk' | 'chunkEnd' | 'trailers' | 'over';

/** Of a head with its line breaks: names and values alone have a bound of their own, and blank lines stand for nothing. */
const MAX_HEAD_LENGTH = 4 * http.maxHeaderSize;
/** Of the line before a chunk. */
const MAX_SIZE_LINE_LENGTH = 1_024;
/** The size of a chunk in hexadecimal digits, and extensions that nobody knows (RFC 9112, "Chunked Transfer Coding"). */
const SIZE_LINE = new RegExp(`^([0-9a-f]{1,12})(?:;${TOKEN}(?:=${TOKEN})?)*$`, 'i');
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/** Reads one answer after the other from the bytes of a connection (RFC 9112). */
export class AnswerReader {
  readonly #sink: AnswerSink;
  #phase: Phase = 'over';
  /** Bytes of the body, or of the chunk, that have not come. */
  #left = 0;
  readonly #section = new MarkedText('\r\n\r\n');
  readonly #line = new MarkedText('\r\n');

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  /** What comes is an answer. */
  begin(): void {
    this.#phase = 'head';
  }

  /** What comes is no answer that anybody waits for. */
  stop(): void {
    this.#phase = 'over';
  }

  /** Whether the answer ends with the connection. */
  get endsWithConnection(): boolean {
    return this.#phase === 'connection';
  }

  /**
   * @returns How many of the bytes belong to the answer.
   * @throws {Error} Where it is none.
   */
  read(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && this.#phase !== 'over') {
      at = this.#step(bytes, at);
    }
    return at;
  }

  #step(bytes: Buffer, at: number): number {
    switch (this.#phase) {
      case 'head':
        return this.#readHead(bytes, at);
      case 'size':
        return this.#readSize(bytes, at);
      case 'chunkEnd':
        return this.#readChunkEnd(bytes, at);
      case 'trailers':
        return this.#readTrailers(bytes, at);
      case 'connection':
        this.#sink.onData(at === 0 ? bytes : bytes.subarray(at));
        return bytes.length;
      case 'length':
      case 'chunk':
        return this.#readData(bytes, at);
      case 'over':
        break;
    }
    return bytes.length;
  }

  #readHead(bytes: Buffer, at: number): number {
    if (this.#section.length === 0 && isLineBreak(bytes[at])) {
      return at + 1; // some servers end a body with one too many
    }
    const end = this.#section.push(bytes, at);
    this.#bound(this.#section);
    if (end === undefined) {
      return bytes.length;
    }
    const head = readAnswerHead(this.#section.take());
    if (head.status >= 200) {
      this.#begin(head);
    }
    return end;
  }

  #begin(head: AnswerHead): void {
    const { body } = head;
    this.#left = typeof body === 'number' ? body : 0;
    this.#phase = typeof body === 'number' ? 'length' : body === 'chunked' ? 'size' : 'connection';
    this.#sink.onHead(head);
    if (this.#phase === 'length' && this.#left === 0) {
      this.#end();
    }
  }

  #readData(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    const isChunk = this.#phase === 'chunk';
    this.#left -= end - at;
    this.#sink.onData(bytes.subarray(at, end));
    if (this.#left === 0 && this.#phase !== 'over') {
      if (isChunk) {
        this.#phase = 'chunkEnd';
      } else {
        this.#end();
      }
    }
    return end;
  }

  #readSize(bytes: Buffer, at: number): number {
    const end = this.#line.push(bytes, at);
    if (this.#line.length > MAX_SIZE_LINE_LENGTH) {
      throw malformed('Overlong chunk size');
    }
    if (end === undefined) {
      return bytes.length;
    }
    const size = SIZE_LINE.exec(this.#line.take())?.[1];
    if (size === undefined) {
      throw malformed('Invalid character in chunk size');
    }
    this.#left = Number.parseInt(size, 16);
    if (this.#left === 0) {
      this.#section.begin('\r\n'); // the empty line at the end is found behind it, also where no trailer comes
      this.#phase = 'trailers';
    } else {
      this.#phase = 'chunk';
    }
    return end;
  }

  #readChunkEnd(bytes: Buffer, at: number): number {
    const end = this.#line.push(bytes, at);
    if (end === undefined ? this.#line.length > 1 || bytes[at] !== CARRIAGE_RETURN : this.#line.take() !== '') {
      throw malformed('Expected CRLF after chunk');
    }
    if (end === undefined) {
      return bytes.length;
    }
    this.#phase = 'size';
    return end;
  }

  #readTrailers(bytes: Buffer, at: number): number {
    const end = this.#section.push(bytes, at);
    this.#bound(this.#section);
    if (end === undefined) {
      return bytes.length;
    }
    checkTrailers(this.#section.take());
    this.#end();
    return end;
  }

  #bound({ length }: MarkedText): void {
    if (length > MAX_HEAD_LENGTH) {
      throw new errors.HeadersOverflowError();
    }
  }

  #end(): void {
    this.#phase = 'over';
    this.#sink.onEnd();
  }
}

function isLineBreak(byte: number | undefined): boolean {
  return byte === CARRIAGE_RETURN || byte === LINE_FEED;
}

/** Whether bytes are nothing but line breaks, which count for nothing between answers. */
export function isBlank(bytes: Buffer): boolean {
  return bytes.every(isLineBreak);
}
