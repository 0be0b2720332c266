import http from 'node:http';
import { errors } from 'undici';

/** What an answer says before its body. */
export interface AnswerHead {
  readonly status: number;
  /** By name in lower case; several of one name in the order they came. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** How long the body is, in bytes, or what tells where it ends. */
  readonly body: number | 'chunked' | 'connection';
  /** How long the connection may be kept without a request after it; 0: it may not be used again. */
  readonly idleMillis: number;
}

/** A name of a field, as a pattern (RFC 9110, "Tokens"). */
export const TOKEN: string = String.raw`[!#$%&'*+\-.^_\x60|~0-9A-Za-z]+`;
/** No control character but the tabulator (RFC 9110, "Field Values"). */
const TEXT = String.raw`[\t\x20-\x7e\x80-\xff]*`;
const FIELDS = String.raw`(?:\r\n${TOKEN}:${TEXT})*`;
const HEAD = new RegExp(String.raw`^HTTP/1\.[01] [1-9]\d\d(?: ${TEXT})?${FIELDS}$`);
const TRAILERS = new RegExp(`^${FIELDS}$`);
const LENGTH = /^\d{1,15}$/;
const KEPT = /(?:^|,)[\t ]*keep-alive[\t ]*(?:,|$)/i;
const IDLE_SECONDS = /(?:^|,)[\t ]*timeout=(\d+)/i;
const SPACE = 0x20;
const TAB = 0x09;

/** How long a connection is kept where the server says nothing of it. */
export const IDLE_MILLIS = 4_000;
const MAX_IDLE_MILLIS = 600_000;
/** Of what the server allows: it may have begun to count earlier. */
const MARGIN_MILLIS = 2_000;

type Fields = Record<string, string | string[] | undefined>;

/**
 * Reads the head of an answer, without the empty line at its end (RFC 9112, "Message Format"). What may be read in two
 * ways is refused.
 *
 * @throws {Error} For what is no head of HTTP/1.1 or 1.0, or has more bytes of names and values than Node takes.
 */
export function readAnswerHead(text: string): AnswerHead {
  if (!HEAD.test(text)) {
    throw malformed('Invalid head');
  }
  const headers = readFields(text, text.indexOf('\r\n'));
  const status = Number(text.slice(9, 12));
  if (status === 100 || status === 101) {
    throw new errors.SocketError(status === 100 ? 'bad response' : 'bad upgrade');
  }
  const length = headers['content-length'];
  const coding = headers['transfer-encoding'];
  if (length !== undefined && coding !== undefined) {
    throw malformed("Transfer-Encoding can't be present with Content-Length");
  }
  const told = readLength(length) ?? readCoding(coding);
  const isLasting = keepsOpen(text, headers);
  if (status < 200 && (told !== undefined || !isLasting)) {
    throw malformed('Nothing can follow an interim response');
  }
  const isBodiless = status === 204 || status === 304;
  const body = isBodiless ? 0 : (told ?? 'connection');
  const isKept = body !== 'connection' && !(isBodiless && told !== undefined && told !== 0) && isLasting;
  return { status, headers, body, idleMillis: isKept ? readIdleMillis(headers['keep-alive']) : 0 };
}

/** Refuses what is no trailer section; what stands in it is of no use to anybody here. */
export function checkTrailers(text: string): void {
  if (!TRAILERS.test(text)) {
    throw malformed('Invalid trailer');
  }
  const { 'content-length': length, 'transfer-encoding': coding } = readFields(text, text === '' ? -1 : 0);
  if (length !== undefined || coding !== undefined) {
    throw malformed('Length of the body behind it');
  }
}

export function malformed(reason: string): Error {
  return new errors.HTTPParserError(`Response does not match the HTTP/1.1 protocol (${reason})`);
}

/** @param from Where the line break before the first field is; -1 where there is none. */
function readFields(text: string, from: number): Fields {
  const fields: Fields = Object.create(null); // names that objects inherit are names like others
  let size = 0;
  for (let at = from; at !== -1;) {
    const start = at + 2;
    at = text.indexOf('\r\n', start);
    const colon = text.indexOf(':', start);
    const end = at === -1 ? text.length : at;
    const value = text.slice(skipBlanks(text, colon + 1), end);
    size += colon - start + value.length;
    addField(fields, text.slice(start, colon).toLowerCase(), value);
  }
  if (size >= http.maxHeaderSize) {
    throw new errors.HeadersOverflowError();
  }
  return fields;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === SPACE || code === TAB; code = text.charCodeAt(at)) {
    at += 1;
  }
  return at;
}

function addField(fields: Fields, name: string, value: string): void {
  const known = fields[name];
  if (known === undefined) {
    fields[name] = value;
  } else if (typeof known === 'string') {
    fields[name] = [known, value];
  } else {
    known.push(value);
  }
}

function readLength(value: string | string[] | undefined): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== 'string' || !LENGTH.test(value)) {
    throw malformed('Invalid Content-Length');
  }
  return Number(value);
}

function readCoding(value: string | string[] | undefined): 'chunked' | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== 'string' || value.toLowerCase() !== 'chunked') {
    throw malformed('Invalid Transfer-Encoding');
  }
  return 'chunked';
}

function keepsOpen(text: string, headers: Fields): boolean {
  const { connection } = headers;
  const said = connection === undefined ? '' : String(connection);
  // Of HTTP/1.0 a connection is kept only where the server says so.
  return !/close/i.test(said) && (text.startsWith('HTTP/1.1') || KEPT.test(said));
}

function readIdleMillis(keepAlive: string | string[] | undefined): number {
  const seconds = keepAlive === undefined ? undefined : IDLE_SECONDS.exec(String(keepAlive))?.[1];
  return seconds === undefined
    ? IDLE_MILLIS
    : Math.max(0, Math.min(Number(seconds) * 1_000 - MARGIN_MILLIS, MAX_IDLE_MILLIS));
}
