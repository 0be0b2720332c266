import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { decodeMetrics, type DecodedMetric } from './otlp-decode-metrics.ts';
import { decodeLogs, decodeTraces, type DecodedLogRecord, type DecodedSpan } from './otlp-decode.ts';
import { encodeOtlpMessage } from './otlp-descriptor.ts';

export type {
  DecodedAttributes,
  DecodedLogRecord,
  DecodedResource,
  DecodedScope,
  DecodedSpan,
  DecodedSpanEvent,
  DecodedSpanKind,
  DecodedSpanLink,
  DecodedValue,
} from './otlp-decode.ts';
export type { DecodedDataPoint, DecodedMetric, DecodedMetricType } from './otlp-decode-metrics.ts';

/** One HTTP request as it came in; `body` is decompressed, `bytes` is its size on the wire. */
export interface OtlpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly encoding: 'identity' | 'gzip';
  readonly bytes: number;
  readonly body: Buffer;
  readonly receivedAtMillis: number;
  /** Whether the sink answered (or will answer) with a 2xx status. */
  readonly accepted: boolean;
}

export interface OtlpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly delayMillis?: number;
}

/** What the sink does with a request; `hang` never answers, `undefined` means success. */
export type OtlpResponder = (request: OtlpRequest) => OtlpReply | 'hang' | undefined;

export interface OtlpSinkOptions {
  /** Port to listen on; 0 (the default) is any free one. */
  readonly port?: number;
  readonly respond?: OtlpResponder;
  /** PEM texts; with them the sink speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string; readonly requestCert?: boolean };
}

/** A collector for tests: it keeps and decodes what it accepted. */
export interface OtlpSink {
  /** Base URL without a trailing slash, e.g. `http://127.0.0.1:43211`. */
  readonly url: string;
  readonly port: number;
  /** Every request, accepted or not, in order of arrival. */
  readonly requests: readonly OtlpRequest[];
  /** Spans of accepted requests, in order of arrival. */
  spans(): DecodedSpan[];
  metrics(): DecodedMetric[];
  logs(): DecodedLogRecord[];
  /** Changes how the next requests are answered. */
  respondWith(respond: OtlpResponder | undefined): void;
  /**
   * Resolves with all spans once there are `wanted` of them, or once `wanted` says yes.
   *
   * @throws {Error} After `timeoutMillis` (5,000), naming the spans that did arrive.
   */
  waitForSpans(
    wanted: number | ((spans: readonly DecodedSpan[]) => boolean),
    timeoutMillis?: number,
  ): Promise<DecodedSpan[]>;
  /** Resolves once `condition` holds; it is asked after each request. @throws {Error} After `timeoutMillis` (5,000). */
  waitFor(condition: (sink: OtlpSink) => boolean, timeoutMillis?: number): Promise<void>;
  /** Forgets what arrived. */
  clear(): void;
  /** Stops listening and ends every connection, answered or not. */
  close(): Promise<void>;
}

/** Body of an answer that rejects `rejected` items, as protobuf (all signals share the shape). */
export function partialSuccessBody(rejected: number, errorMessage = ''): Uint8Array {
  return encodeOtlpMessage('ExportServiceResponse', { partialSuccess: { rejected, errorMessage } });
}

function isJson(request: OtlpRequest): boolean {
  return (request.headers['content-type'] ?? '').startsWith('application/json');
}

/** Decodes each accepted request of one signal once. */
class DecodedSignal<Item> {
  readonly #items: Item[] = [];
  readonly #path: string;
  readonly #decode: (body: Uint8Array, isJson: boolean) => Item[];
  #seen = 0;

  constructor(path: string, decode: (body: Uint8Array, isJson: boolean) => Item[]) {
    this.#path = path;
    this.#decode = decode;
  }

  read(requests: readonly OtlpRequest[]): Item[] {
    for (; this.#seen < requests.length; this.#seen += 1) {
      const request = requests[this.#seen];
      if (request?.accepted !== true || !request.path.split('?')[0]?.endsWith(this.#path)) {
        continue;
      }
      this.#items.push(...this.#decode(request.body, isJson(request)));
    }
    return [...this.#items];
  }
}

class Sink implements OtlpSink {
  readonly #server: Server;
  readonly #scheme: string;
  #requests: OtlpRequest[] = [];
  #traces = new DecodedSignal('/v1/traces', decodeTraces);
  #metrics = new DecodedSignal('/v1/metrics', decodeMetrics);
  #logs = new DecodedSignal('/v1/logs', decodeLogs);
  readonly #watchers = new Set<() => void>();
  #respond: OtlpResponder | undefined;

  constructor(options: OtlpSinkOptions) {
    this.#respond = options.respond;
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.#receive(request, response);
    };
    this.#scheme = options.tls === undefined ? 'http' : 'https';
    this.#server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  }

  listen(port: number): Promise<this> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        resolve(this);
      });
    });
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  get requests(): readonly OtlpRequest[] {
    return this.#requests;
  }

  spans(): DecodedSpan[] {
    return this.#traces.read(this.#requests);
  }

  metrics(): DecodedMetric[] {
    return this.#metrics.read(this.#requests);
  }

  logs(): DecodedLogRecord[] {
    return this.#logs.read(this.#requests);
  }

  respondWith(respond: OtlpResponder | undefined): void {
    this.#respond = respond;
  }

  async waitForSpans(
    wanted: number | ((spans: readonly DecodedSpan[]) => boolean),
    timeoutMillis = 5_000,
  ): Promise<DecodedSpan[]> {
    const isEnough = typeof wanted === 'number' ? (spans: readonly DecodedSpan[]) => spans.length >= wanted : wanted;
    await this.waitFor(() => isEnough(this.spans()), timeoutMillis);
    return this.spans();
  }

  waitFor(condition: (sink: OtlpSink) => boolean, timeoutMillis = 5_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!condition(this)) {
          return;
        }
        settle();
        resolve();
      };
      const timer = setTimeout(() => {
        settle();
        reject(new Error(`not within ${timeoutMillis} ms; ${this.#describe()}`));
      }, timeoutMillis);
      const settle = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(check);
      };
      this.#watchers.add(check);
      check();
    });
  }

  clear(): void {
    this.#requests = [];
    this.#traces = new DecodedSignal('/v1/traces', decodeTraces);
    this.#metrics = new DecodedSignal('/v1/metrics', decodeMetrics);
    this.#logs = new DecodedSignal('/v1/logs', decodeLogs);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }

  #describe(): string {
    const names = this.spans().map((span) => `${span.kind} ${span.name}`);
    const paths = this.#requests.map((request) => request.path);
    return `requests: [${paths.join(', ')}], spans: [${names.join(', ')}]`;
  }

  #receive(incoming: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    incoming.on('error', () => undefined);
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      this.#answer(incoming, Buffer.concat(chunks), response);
    });
  }

  #answer(incoming: IncomingMessage, raw: Buffer, response: ServerResponse): void {
    const encoding = incoming.headers['content-encoding'] === 'gzip' ? 'gzip' : 'identity';
    const seen = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      encoding,
      bytes: raw.length,
      body: encoding === 'gzip' ? gunzipSync(raw) : raw,
      receivedAtMillis: Date.now(),
    } as const;
    const reply = this.#respond?.({ ...seen, accepted: false }) ?? { status: 200 };
    const accepted = reply !== 'hang' && reply.status >= 200 && reply.status < 300;
    const request: OtlpRequest = { ...seen, accepted };
    this.#requests.push(request);
    if (reply !== 'hang') {
      send(request, reply, response);
    }
    for (const watcher of this.#watchers) {
      watcher();
    }
  }
}

function send(request: OtlpRequest, reply: OtlpReply, response: ServerResponse): void {
  const json = isJson(request);
  const write = (): void => {
    if (response.destroyed) {
      return;
    }
    response.writeHead(reply.status, {
      'content-type': json ? 'application/json' : 'application/x-protobuf',
      ...reply.headers,
    });
    response.end(reply.body ?? (json ? '{}' : ''));
  };
  if (reply.delayMillis === undefined) {
    write();
  } else {
    setTimeout(write, reply.delayMillis).unref();
  }
}

/**
 * Starts an OTLP/HTTP collector on 127.0.0.1 that understands protobuf and JSON, plain and gzip, for
 * traces, metrics and logs. Only what it answered with 2xx counts as kept.
 */
export function startOtlpSink(options: OtlpSinkOptions = {}): Promise<OtlpSink> {
  return new Sink(options).listen(options.port ?? 0);
}
