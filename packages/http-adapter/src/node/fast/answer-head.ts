import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';
import type { HttpResponse } from '../../context/http-context.ts';
import { withChallengeLines } from '../reply.ts';

/** What an answer says of its connection. */
export interface ConnectionTerms {
  /** Whether the connection ends with this answer, whatever the answer says itself. */
  readonly isLast: boolean;
  /** How long it is kept without a request; 0 says nothing of it. */
  readonly keepAliveTimeoutMillis: number;
}

/** The head of an answer, and what follows from it. */
export interface AnswerHead {
  /** All lines, and the empty one. */
  readonly text: string;
  readonly hasBody: boolean;
  readonly isChunked: boolean;
  /** Whether the connection ends with the answer. */
  readonly isLast: boolean;
}

const CLOSE = /(?:^|\W)close(?:$|\W)/i;

/**
 * Begins an answer with the bytes that Node's own server begins it with.
 *
 * @throws {RangeError} Where the status is none.
 * @throws {TypeError} Node's own, where a name or a value can't stand in a header.
 */
export function answerHead(response: HttpResponse, { isLast, keepAliveTimeoutMillis }: ConnectionTerms): AnswerHead {
  const { status, statusText = STATUS_CODES[status] ?? 'unknown' } = response;
  const headers = withChallengeLines(response.headers);
  const { connection } = headers;
  if (!(status >= 100 && status <= 999)) {
    throw new RangeError(`Invalid status code: ${status}`);
  }
  validateHeaderValue('status', statusText);
  const hasBody = status !== 204 && status !== 304 && status >= 200;
  const isChunked = hasBody && headers['content-length'] === undefined;
  const text =
    `HTTP/1.1 ${status} ${statusText}\r\n` +
    linesOf(isLast ? endingWith(headers) : headers) +
    (headers['date'] === undefined ? `Date: ${utcDate()}\r\n` : '') +
    (isLast || connection !== undefined ? '' : keepAlive(keepAliveTimeoutMillis)) +
    (isChunked ? 'Transfer-Encoding: chunked\r\n\r\n' : '\r\n');
  return { text, hasBody, isChunked, isLast: isLast || CLOSE.test(String(connection)) };
}

/** Says first that the connection ends, whatever the handler says of it. */
function endingWith(headers: HttpResponse['headers']): HttpResponse['headers'] {
  return Object.assign({ connection: '' }, headers, { connection: 'close' });
}

function linesOf(headers: HttpResponse['headers']): string {
  let lines = '';
  for (const name of Object.keys(headers)) {
    const value = headers[name] ?? '';
    validateHeaderName(name);
    for (const each of typeof value === 'string' ? [value] : value) {
      validateHeaderValue(name, each);
      lines += `${name}: ${each}\r\n`;
    }
  }
  return lines;
}

function keepAlive(timeoutMillis: number): string {
  const isBounded = timeoutMillis > 0;
  return `Connection: keep-alive\r\n${isBounded ? `Keep-Alive: timeout=${Math.floor(timeoutMillis / 1000)}\r\n` : ''}`;
}

let dateSecond = 0;
let dateText = '';

/** The time for a `Date` header, written once a second. */
function utcDate(): string {
  const now = Date.now();
  const second = Math.floor(now / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(now).toUTCString();
  }
  return dateText;
}
