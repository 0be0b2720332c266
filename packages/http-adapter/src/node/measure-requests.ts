import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenRequest, RequestMetrics, RequestStart } from '../requests/request-metrics.ts';
import { countChunks } from './bodies/body.ts';
import { schemeOf } from './web-url.ts';

/** Options of {@link measureNodeRequests}. */
export interface MeasureNodeOptions<Message extends IncomingMessage = IncomingMessage> {
  /** The route template that matched, asked when the answer is out. Express: `(r) => r.route?.path`. */
  readonly getRoute: (message: Message) => string | undefined;
  /** Whether the answer is a stream that lives on its own; default: an event stream in answer to GET. */
  readonly isStream?: (message: Message, contentType: string) => boolean;
}

/** Fits `app.use` of Express and a plain server; for Fastify, call it in an `onRequest` hook with the raw objects. */
export type NodeMeasure<Message extends IncomingMessage = IncomingMessage> = (
  message: Message,
  target: ServerResponse,
  next?: () => void,
) => void;

function parseLength(text: unknown): number | undefined {
  return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : undefined;
}

function toStart(message: IncomingMessage): RequestStart {
  const { method = 'GET', url = '/', headers, socket } = message;
  const isBodiless = headers['transfer-encoding'] === undefined && headers['content-length'] === undefined;
  return {
    method,
    path: url.split('?', 1)[0] ?? '/',
    scheme: schemeOf(socket),
    bodyBytes: isBodiless ? 0 : parseLength(headers['content-length']),
  };
}

function isEventStream({ method }: IncomingMessage, contentType: string): boolean {
  return method === 'GET' && contentType.startsWith('text/event-stream');
}

function sizeOf(chunk: unknown): number {
  return typeof chunk === 'string' || chunk instanceof Uint8Array ? Buffer.byteLength(chunk) : 0;
}

/** Puts `around` between all callers and one method of `target`. */
function wrapMethod(
  target: ServerResponse,
  name: 'write' | 'end' | 'writeHead',
  around: (call: () => unknown, parts: readonly unknown[]) => unknown,
): void {
  const method: unknown = Reflect.get(target, name);
  if (typeof method !== 'function') {
    return;
  }
  Reflect.set(target, name, (...parts: unknown[]) => around(() => Reflect.apply(method, target, parts), parts));
}

/** Counts the bytes that go into the body, wherever they are written. */
function countBytes(target: ServerResponse): () => number {
  let bytes = 0;
  const count = (call: () => unknown, [chunk]: readonly unknown[]): unknown => {
    bytes += sizeOf(chunk);
    return call();
  };
  wrapMethod(target, 'write', count);
  wrapMethod(target, 'end', count);
  return () => bytes;
}

/** `writeHead` may be given headers that `getHeader` never shows. */
function findContentType(target: ServerResponse, parts: readonly unknown[]): string {
  const given = parts.find((part) => typeof part === 'object' && part !== null && !Array.isArray(part)) ?? {};
  const entry = Object.entries(given).find(([name]) => name.toLowerCase() === 'content-type');
  return String(entry?.[1] ?? target.getHeader('content-type') ?? '').toLowerCase();
}

/** A stream would be counted only when it ends, hours later: so it is looked at when its headers go out. */
function onHeaders(target: ServerResponse, see: (contentType: string) => void): void {
  wrapMethod(target, 'writeHead', (call, parts) => {
    const contentType = findContentType(target, parts);
    const result = call();
    see(contentType);
    return result;
  });
}

/** Measures requests of a Node server, whichever framework answers them. */
export function measureNodeRequests<Message extends IncomingMessage = IncomingMessage>(
  metrics: RequestMetrics,
  options: MeasureNodeOptions<Message>,
): NodeMeasure<Message> {
  const { getRoute, isStream = isEventStream } = options;
  return (message, target, next) => {
    const open: OpenRequest = metrics.begin(toStart(message));
    const readBytes = countBytes(target);
    const readReceived = countChunks(message);
    onHeaders(target, (contentType) => {
      if (isStream(message, contentType)) {
        open.endAsStream({ status: target.statusCode, route: getRoute(message) });
      }
    });
    target.once('close', () => {
      const sizes = { bodyBytes: readBytes(), requestBytes: readReceived?.() };
      open.end({ status: target.statusCode, route: getRoute(message), ...sizes });
    });
    next?.();
  };
}
