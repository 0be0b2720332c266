import { FREE_BYTES } from '../bodies/body-budget.ts';

/** A request that needs no more than the plainest grammar of HTTP/1.1. */
export interface PlainRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** By name in lower case, as Node reads them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The request; where more has to come, how many bytes at least; `unusual` where a whole parser has to look at it, or at what follows. */
export type RequestReading = PlainRequest | number | 'unusual';

/**
 * What is read here (RFC 9112, a small part of it): a target in origin form, lines that end with CRLF, and values without
 * white space around them, but for one space in front. A line belongs to one branch only, so the time is linear.
 */
const HEAD =
  /^(GET|POST) (\/[!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]*) HTTP\/1\.1\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+: ?[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?\r\n)+\r\n/;

/** Headers that say how the message goes on, or that Node makes something else of than text. */
const UNUSUAL_HEADERS: ReadonlySet<string> = new Set([
  'transfer-encoding',
  'expect',
  'upgrade',
  'te',
  'trailer',
  'proxy-connection',
  'http2-settings',
  'set-cookie',
]);

const LENGTH = /^(?:0|[1-9]\d{0,8})$/;

/** Reads a request from the bytes that a connection begins with. @param maxHeaderBytes As Node counts them, or fewer. */
export function readRequest(bytes: Buffer, maxHeaderBytes: number): RequestReading {
  const text = bytes.toString('latin1', 0, Math.min(bytes.length, maxHeaderBytes));
  const [head, method, target] = HEAD.exec(text) ?? [];
  if (head === undefined || method === undefined || target === undefined) {
    return text.length < maxHeaderBytes && mayBecomeOne(text) ? 1 : 'unusual';
  }
  const headers = readHeaders(head);
  const bodyBytes = headers && readLength(method, headers);
  if (headers === undefined || bodyBytes === undefined) {
    return 'unusual';
  }
  const missing = head.length + bodyBytes - bytes.length;
  if (missing !== 0) {
    return missing > 0 ? missing : 'unusual';
  }
  return { method, target, headers, body: bytes.subarray(head.length) };
}

/** Whether it is the beginning of a head, as far as that can be seen without reading it. */
function mayBecomeOne(text: string): boolean {
  return (
    ['GET /', 'POST /'].some((begin) => begin.startsWith(text.slice(0, begin.length))) && !text.includes('\r\n\r\n')
  );
}

/** @param head That has the form of one. @returns `undefined` where a name stands twice or is unusual. */
function readHeaders(head: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  const end = head.length - 2;
  for (let at = head.indexOf('\n') + 1; at < end;) {
    const colon = head.indexOf(':', at);
    const lineEnd = head.indexOf('\r', colon);
    const name = head.slice(at, colon).toLowerCase();
    // Also what every object has, whatever its name says.
    if (name in headers || UNUSUAL_HEADERS.has(name)) {
      return undefined;
    }
    headers[name] = head.slice(head[colon + 1] === ' ' ? colon + 2 : colon + 1, lineEnd);
    at = lineEnd + 2;
  }
  return headers;
}

/** Bytes of the body; `undefined` where they are not plainly said, are many, or are the last ones of their connection. */
function readLength(method: string, headers: Readonly<Record<string, string>>): number | undefined {
  const { host, connection, 'content-length': length } = headers;
  if (host === undefined || (connection !== undefined && connection.toLowerCase() !== 'keep-alive')) {
    return undefined;
  }
  if (method === 'GET') {
    return length === undefined ? 0 : undefined;
  }
  const bytes = length !== undefined && LENGTH.test(length) ? Number(length) : undefined;
  return bytes !== undefined && bytes <= FREE_BYTES ? bytes : undefined;
}
