import { looksLikeKeyOrUuid, maskPath } from '@dcc-mcp/telemetry-config/settings';
import type { JsonObject, JsonRpcId } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import { idsOfTraceparent, type WireFrame, type WireTap } from '../../protocol/wire/wire-tap.ts';
import { type Abandonment, CANCELLED, type Hop } from '../hop/hop.ts';
import type { UpstreamSettings } from '../upstream.ts';
import type { Conversation, Transport } from './transport.ts';

/** What an HTTP transport tells of one exchange, beside its messages. */
export interface HttpWatch {
  sent(hop: Hop | undefined, headers: readonly string[]): void;
  started(hop: Hop, status: number, headers: WireFrame['headers']): void;
}

export interface TapOptions {
  readonly tap: WireTap;
  readonly settings: UpstreamSettings;
}

/** What is known of the HTTP exchange of a request. */
interface HttpFacts {
  requestHeaders?: WireFrame['headers'];
  status?: number;
  headers?: WireFrame['headers'];
}

/** A request of the upstream that has no answer yet. */
interface Question {
  readonly hop: Hop;
  readonly method: string;
}

/** A transport whose messages for callers are told; the gateway's own probes and lists are not. */
export class TappedTransport implements Transport, HttpWatch {
  readonly #options: TapOptions;
  readonly #route: string;
  #inner: Transport | undefined;
  /** Requests of callers that are under way. */
  readonly #hops = new Map<JsonRpcId, Hop>();
  readonly #facts = new WeakMap<Hop, HttpFacts>();
  /** What the upstream has asked while they were under way, by its id as JSON. */
  readonly #questions = new Map<string, Question>();
  /** Of what was sent last without a request. */
  #postHeaders: WireFrame['headers'];

  constructor(options: TapOptions) {
    this.#options = options;
    const { transport } = options.settings;
    this.#route = transport.type === 'http' ? maskPath(new URL(transport.url).pathname, looksLikeKeyOrUuid) : '';
  }

  /** Puts it before `inner`, which may know of it by now. */
  before(inner: Transport): this {
    this.#inner = inner;
    return this;
  }

  get sessionId(): string | undefined {
    return this.#wrapped.sessionId;
  }

  get pid(): number | undefined {
    return this.#wrapped.pid;
  }

  get canBeNotified(): boolean {
    return this.#wrapped.canBeNotified;
  }

  attach(conversation: Conversation): void {
    const onMessage = (message: RawJson, hop: Hop | undefined, httpStatus?: number): void => {
      this.#received(message, hop);
      conversation.onMessage(message, hop, httpStatus);
    };
    this.#wrapped.attach(
      new Proxy(conversation, { get: (target, name) => (name === 'onMessage' ? onMessage : bound(target, name)) }),
    );
  }

  send(hop: Hop, text: string, params: JsonObject): void {
    if (hop.call.isOwn === true) {
      this.#wrapped.send(hop, text, params);
      return;
    }
    this.#hops.set(hop.id, hop);
    hop.whenEnded(() => this.#forget(hop));
    const facts: HttpFacts = {};
    this.#facts.set(hop, facts);
    this.#wrapped.send(hop, text, params);
    this.#tell(hop, { leg: 'gateway_to_upstream', sizeBytes: Buffer.byteLength(text), headers: facts.requestHeaders });
  }

  post(text: string, method?: string): Promise<void> {
    const question = method === undefined ? this.#answeredBy(text) : undefined;
    this.#postHeaders = undefined;
    const sent = this.#wrapped.post(text, method);
    if (question !== undefined) {
      const sizeBytes = Buffer.byteLength(text);
      const frame = {
        leg: 'gateway_to_upstream',
        method: question.method,
        sizeBytes,
        headers: this.#postHeaders,
      } as const;
      this.#tell(question.hop, frame);
    }
    return sent;
  }

  abandon(hop: Hop, why: Abandonment): string | undefined {
    return this.#cancelled(hop, () => this.#wrapped.abandon(hop, why));
  }

  withdraw(hop: Hop): string | undefined {
    return this.#cancelled(hop, () => this.#wrapped.withdraw(hop));
  }

  openStream(): void {
    this.#wrapped.openStream();
  }

  explainSilence(): string | undefined {
    return this.#wrapped.explainSilence?.();
  }

  close(): Promise<void> {
    return this.#wrapped.close();
  }

  sent(hop: Hop | undefined, headers: readonly string[]): void {
    const facts = hop && this.#facts.get(hop);
    if (facts !== undefined) {
      facts.requestHeaders = toFields(headers);
    } else if (hop === undefined) {
      this.#postHeaders = toFields(headers);
    }
  }

  started(hop: Hop, status: number, headers: WireFrame['headers']): void {
    const facts = this.#facts.get(hop);
    if (facts !== undefined) {
      Object.assign(facts, { status, headers });
    }
  }

  get #wrapped(): Transport {
    if (this.#inner === undefined) {
      throw new TypeError('it stands before no transport');
    }
    return this.#inner;
  }

  /** What is said of a caller's request that nobody waits for any more. */
  #cancelled(hop: Hop, say: () => string | undefined): string | undefined {
    this.#postHeaders = undefined;
    const text = say();
    if (text !== undefined && hop.call.isOwn !== true) {
      const sizeBytes = Buffer.byteLength(text);
      this.#tell(hop, { leg: 'gateway_to_upstream', method: CANCELLED, sizeBytes, headers: this.#postHeaders });
    }
    return text;
  }

  #forget(hop: Hop): void {
    this.#hops.delete(hop.id);
    for (const [id, question] of this.#questions) {
      if (question.hop === hop) {
        this.#questions.delete(id);
      }
    }
  }

  /** What the upstream had asked, where a message answers that. */
  #answeredBy(text: string): Question | undefined {
    const id = RawJson.outline(text)?.get('id')?.text ?? '';
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    return question;
  }

  /** An answer to a caller's request, or what came while one was under way. */
  #received(message: RawJson, hop: Hop | undefined): void {
    const method = message.get('method')?.value;
    const id = message.get('id')?.value;
    const idText = message.get('id')?.text;
    const answered = typeof id === 'number' && typeof method !== 'string' ? this.#hops.get(id) : undefined;
    const [first, ...others] = this.#hops.values();
    const of = answered ?? (hop?.call.isOwn === true ? undefined : hop) ?? (others.length === 0 ? first : undefined);
    if (of !== undefined && (answered !== undefined || typeof method === 'string')) {
      if (typeof method === 'string' && idText !== undefined) {
        this.#questions.set(idText, { hop: of, method });
      }
      const { status, headers } = this.#facts.get(of) ?? {};
      this.#tell(of, {
        leg: 'upstream_to_gateway',
        sizeBytes: Buffer.byteLength(message.text),
        ...(typeof method === 'string' ? { method } : {}),
        headers,
        status,
      });
    }
  }

  #tell(
    { id, call }: Hop,
    {
      status,
      ...frame
    }: Pick<WireFrame, 'leg' | 'sizeBytes' | 'method' | 'headers'> & { readonly status?: number | undefined },
  ): void {
    const { tap, settings } = this.#options;
    const { name } = call.params;
    const isHttp = settings.transport.type === 'http';
    const seen = tap({
      method: call.method,
      ...frame,
      transport: settings.transport.type,
      jsonrpcId: id,
      tool: call.method === 'tools/call' && typeof name === 'string' ? name : undefined,
      dccType: settings.dccType,
      instanceId: settings.instanceId,
      ...(isHttp ? { http: { method: 'POST', route: this.#route, status } } : {}),
    });
    const carried = idsOfTraceparent(call.envelope.carrier['traceparent']);
    seen.identify({ ...carried, spanId: call.envelope.spanId ?? carried.spanId, requestId: call.requestId });
  }
}

function bound(target: Conversation, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name, target);
  return typeof value === 'function' ? value.bind(target) : value;
}

function toFields(flat: readonly string[]): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) {
    fields[(flat[index] ?? '').toLowerCase()] = flat[index + 1] ?? '';
  }
  return fields;
}
