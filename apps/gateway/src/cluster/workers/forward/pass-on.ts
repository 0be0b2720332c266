import { headerText, type HttpContext } from '@dcc-mcp/http-adapter';
import { Agent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { App } from '../../../http/app.ts';
import { jsonReply, type Reply } from '../../../http/reply.ts';
import { PEER_HEADER } from './internal-listener.ts';

/** What a worker answers by itself: the way of messages and calls. Everything else is the business of all workers. */
const OWN_PATHS =
  /^\/(?:mcp|v1\/(?:search|describe|load_skill|unload_skill|call|call_batch|tools\/.*|dcc\/.*|jobs(?:\/.*)?))\/?$/;

/** Of one connection alone. */
const HOP_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
  'trailer',
]);

export interface PassOnOptions {
  /** Where the process listens that answers. */
  readonly socketPath: string;
  /** Largest body that is passed on. */
  readonly bodyLimitBytes: number;
}

/** The app of a worker: calls are answered here, and what is the same for all workers where it is kept. */
export function passingOn(own: App, options: PassOnOptions): App {
  const agent = new Agent({ keepAlive: true });
  return (http) => (OWN_PATHS.test(http.path) ? own(http) : passOn(http, options, agent));
}

/** Has a request answered where that path is, whose body was read here. */
export function passBodyOn(http: HttpContext, socketPath: string, text: string): Promise<Reply> {
  return send(http, { socketPath, body: { text, bytes: Buffer.byteLength(text) } });
}

/** Has a request answered where that path is. @param agent Absent: on a connection of its own. */
export async function passOn(
  http: HttpContext,
  { socketPath, bodyLimitBytes }: PassOnOptions,
  agent?: Agent,
): Promise<Reply> {
  const body = http.bodyBytes === 0 ? undefined : await readForeign(http, bodyLimitBytes);
  return body === 'unavailable'
    ? UNAVAILABLE
    : send(http, { socketPath, ...(agent === undefined ? {} : { agent }), body });
}

interface Sending {
  readonly socketPath: string;
  readonly agent?: Agent;
  readonly body: ForeignBody | undefined;
}

function send(http: HttpContext, { socketPath, agent, body }: Sending): Promise<Reply> {
  const { promise, resolve } = Promise.withResolvers<Reply>();
  const outgoing = httpRequest({
    socketPath,
    ...(agent === undefined ? {} : { agent }),
    method: http.method,
    path: targetOf(http),
    headers: headersOf(http, body),
  });
  outgoing.on('response', (response) => resolve(toReply(response)));
  outgoing.on('error', () => resolve(UNAVAILABLE));
  http.onGone(() => outgoing.destroy());
  outgoing.end(body?.text);
  return promise;
}

/** In the form that it came in: whoever answers guards both of its hosts. */
function targetOf({ path, query, headers, overruledHost }: HttpContext): string {
  const asked = query.toString();
  const target = asked === '' ? path : `${path}?${asked}`;
  return overruledHost === undefined ? target : `http://${headerText(headers, 'host') ?? ''}${target}`;
}

interface ForeignBody {
  readonly text: string;
  /** As its sender says, where that is more than is read. */
  readonly bytes: number;
}

/** A body that is too large is told of, and not sent: it is refused by its length. */
async function readForeign(http: HttpContext, maxBytes: number): Promise<ForeignBody | 'unavailable'> {
  const reading = await http.readBody(maxBytes);
  if (reading.ok) {
    return { text: reading.text, bytes: Buffer.byteLength(reading.text) };
  }
  return reading.reason === 'overloaded' || reading.reason === 'stopping'
    ? 'unavailable'
    : { text: '', bytes: Math.max(http.bodyBytes ?? 0, maxBytes + 1) };
}

function headersOf(http: HttpContext, body: ForeignBody | undefined): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(http.headers)) {
    if (value !== undefined && !HOP_HEADERS.has(name)) {
      headers[name] = typeof value === 'string' ? value : [...value];
    }
  }
  return {
    ...headers,
    ...(http.overruledHost === undefined ? {} : { host: http.overruledHost }),
    ...(body === undefined ? {} : { 'content-length': String(body.bytes) }),
    [PEER_HEADER]: `${http.peerAddress ?? ''} ${http.peerPort ?? ''}`,
  };
}

function toReply(response: IncomingMessage): Reply {
  const { statusCode = 502, statusMessage, headers } = response;
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || HOP_HEADERS.has(name) ? [] : [[name, value] as const],
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one body, by two declarations of its type
  const body = Readable.toWeb(response) as ReadableStream<Uint8Array>;
  return { status: statusCode, statusText: statusMessage, headers: Object.fromEntries(kept), body };
}

const UNAVAILABLE: Reply = jsonReply(
  {
    error: {
      kind: 'not-ready',
      message: 'The gateway can not answer that at this moment; try again',
      retryable: true,
    },
  },
  503,
);
