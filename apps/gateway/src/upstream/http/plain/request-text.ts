import type { ClientRequest } from '../exchange/http-client.ts';
import { TOKEN } from './answer-head.ts';

/** The bytes of a request; a text in the encoding that writes it. */
export interface RequestBytes {
  readonly data: string | Buffer;
  readonly encoding: 'latin1' | 'utf8';
}

const NAME = new RegExp(`^${TOKEN}$`);
const ASCII = /^[\t\x20-\x7e]*$/;
const LATIN1 = /^[\t\x20-\x7e\x80-\xff]*$/;
/** What these ask for takes more than a request and its answer, or is said by the client itself. */
const UNUSUAL: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * A POST as it goes on the wire, in one piece.
 *
 * @param host Name and port, as the `Host` field has them.
 * @returns `undefined` for every other request, and for fields that HTTP can't carry.
 */
export function toRequestBytes({ method, path, headers, body }: ClientRequest, host: string): RequestBytes | undefined {
  if (method !== 'POST' || body === null || body === '') {
    return undefined;
  }
  let head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  let isAscii = true;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? '';
    const value = headers[at + 1] ?? '';
    isAscii &&= ASCII.test(value);
    if (!NAME.test(name) || UNUSUAL.has(name.toLowerCase()) || !(isAscii || LATIN1.test(value))) {
      return undefined;
    }
    head += `${name}: ${value}\r\n`;
  }
  const length = Buffer.byteLength(body);
  head += `content-length: ${length}\r\n\r\n`;
  if (!isAscii) {
    return { data: Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]), encoding: 'latin1' };
  }
  // As many bytes as characters: one byte each, which is written faster.
  return { data: head + body, encoding: length === body.length ? 'latin1' : 'utf8' };
}
