import { type BodyReading, headerText, type HttpContext, type HttpResponse } from '@dcc-mcp/http-adapter';
import { EventStreamParser } from '../../protocol/event-stream-parser.ts';
import { type MessageFacts, readMessageFacts } from '../../protocol/wire/message-facts.ts';
import {
  idsOfTraceparent,
  type SeenFrame,
  type WireFrame,
  type WireIds,
  type WireTap,
} from '../../protocol/wire/wire-tap.ts';

/** Who looks at the wire between clients and the gateway. */
export interface TappedExchangeOptions {
  readonly tap: WireTap;
  /** Hash of a session's id. */
  readonly sessionKey: (sessionId: string) => string;
}

interface TappedRequest {
  readonly http: HttpContext;
  readonly route: string;
  readonly isAuthenticated: boolean;
}

/** An answer, with the span of its request where its headers name another one. */
interface IdentifiedResponse extends HttpResponse {
  readonly spanId?: string;
}

type Passing = Pick<WireFrame, 'leg' | 'sizeBytes' | 'headers' | 'method'> & { readonly status?: number };

/** What says where a stream is matters to its reader alone, and the gateway wrote its events within bounds. */
const UNHEARD = { maxEventBytes: Number.MAX_SAFE_INTEGER, onId: ignore, onRetry: ignore, onOverlong: ignore };
const NO_FACTS: MessageFacts = { method: undefined, id: undefined, tool: undefined };

/** One request of a client and its answer, both told of. */
export class TappedExchange {
  readonly #options: TappedExchangeOptions;
  readonly #request: TappedRequest;
  #facts: MessageFacts = NO_FACTS;
  #asked: SeenFrame | undefined;

  constructor(options: TappedExchangeOptions, request: TappedRequest) {
    this.#options = options;
    this.#request = request;
    if (request.http.method !== 'POST') {
      this.#asked = this.#tell({ leg: 'client_to_gateway', sizeBytes: 0, headers: request.http.headers });
    }
  }

  /** The same request; what is read of its body is told of. */
  get http(): HttpContext {
    const { http } = this.#request;
    const { method, path, query, headers, peerAddress, peerPort, bodyBytes } = http;
    return {
      method,
      path,
      query,
      headers,
      peerAddress,
      peerPort,
      bodyBytes,
      readBody: async (maxBytes) => this.#read(await http.readBody(maxBytes)),
      isGone: () => http.isGone(),
      onGone: (listener) => http.onGone(listener),
      onEnd: (listener) => http.onEnd(listener),
      toRequest: (limit) => http.toRequest(limit),
    };
  }

  /** The same answer; each of its messages is told of as it leaves. */
  answered<Reply extends IdentifiedResponse>(reply: Reply): Reply {
    const ids = this.#idsOf(reply);
    this.#asked?.identify(ids);
    const { body } = reply;
    if (body instanceof ReadableStream && reply.headers['content-type'] === 'text/event-stream') {
      return { ...reply, body: body.pipeThrough(this.#watch(reply, ids)) };
    }
    const sizeBytes = body === undefined || body instanceof ReadableStream ? 0 : Buffer.byteLength(body);
    this.#tell({ leg: 'gateway_to_client', sizeBytes, headers: reply.headers, status: reply.status }).identify(ids);
    return reply;
  }

  #read(reading: BodyReading): BodyReading {
    if (reading.ok) {
      this.#facts = readMessageFacts(reading.text);
    }
    const sizeBytes = reading.ok ? Buffer.byteLength(reading.text) : (this.#request.http.bodyBytes ?? 0);
    this.#asked = this.#tell({ leg: 'client_to_gateway', sizeBytes, headers: this.#request.http.headers });
    return reading;
  }

  #watch({ headers, status }: HttpResponse, ids: WireIds): TransformStream<Uint8Array, Uint8Array> {
    const events = new EventStreamParser({
      ...UNHEARD,
      onEvent: (data) => {
        if (data !== '') {
          const { method } = readMessageFacts(data);
          const sizeBytes = Buffer.byteLength(data);
          this.#tell({ leg: 'gateway_to_client', sizeBytes, headers, status, method }).identify(ids);
        }
      },
    });
    return new TransformStream({
      transform: (chunk, controller) => {
        controller.enqueue(chunk);
        events.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      },
    });
  }

  #tell({ leg, sizeBytes, headers, status, method = this.#facts.method }: Passing): SeenFrame {
    const { http, route, isAuthenticated } = this.#request;
    const { id, tool } = this.#facts;
    return this.#options.tap({
      leg,
      transport: 'http',
      sizeBytes,
      method: method ?? headerText(http.headers, 'mcp-method'),
      jsonrpcId: id,
      tool,
      http: { method: http.method, route, status },
      headers,
      isAuthenticated,
    });
  }

  #idsOf({ headers, spanId }: IdentifiedResponse): WireIds {
    const answered = (name: string): string | undefined => [headers[name]].flat()[0];
    const session = headerText(this.#request.http.headers, 'mcp-session-id') ?? answered('mcp-session-id');
    const named = idsOfTraceparent(answered('traceparent'));
    return {
      ...named,
      spanId: spanId ?? named.spanId,
      requestId: answered('x-request-id'),
      sessionId: session === undefined ? undefined : this.#options.sessionKey(session),
    };
  }
}

function ignore(): void {}
