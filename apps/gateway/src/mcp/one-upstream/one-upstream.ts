// mcp/one-upstream/: one server of this gateway as other gateways use it: as it is, without names, policy or records of its own.
import { requestAnsweringInputs } from '../../operations/hops/input-rounds.ts';
import { isJsonObject, type JsonObject, type JsonRpcRequest, textOf } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { ERROR_SERVER, McpError } from '../../protocol/mcp-protocol.ts';
import { isHopKey } from '../../upstream/hop/envelope.ts';
import { toOwnerError } from '../../upstream/hop/owner-failure.ts';
import type { HopEnvelope, HopRequest, Upstream } from '../../upstream/upstream.ts';
import { type Exchange, hopPeer } from '../exchange/exchange.ts';
import type { McpHandler, McpMode } from '../server/mcp-mode.ts';

/** What is handed on as it comes. */
const METHODS = [
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'completion/complete',
] as const;

/** The calling gateway counts the time: here a call ends with it, or with whoever makes it. */
const LONGEST_MILLIS = 24 * 60 * 60_000;
/** How often it is looked whether a calling gateway has died, which cancels nothing. */
const WATCH_MILLIS = 5_000;

/** The server as it is. */
export class OneUpstream implements McpMode {
  readonly handlers: ReadonlyMap<string, McpHandler>;
  readonly #upstream: Upstream;
  readonly #onSubscriptions: () => void;

  /** @param onSubscriptions Told when what other gateways listen to has changed. */
  constructor(upstream: Upstream, onSubscriptions: () => void) {
    this.#upstream = upstream;
    this.#onSubscriptions = onSubscriptions;
    const handOn: McpHandler = (request, exchange) => this.#handOn(request, exchange);
    this.handlers = new Map<string, McpHandler>([
      ...METHODS.map((method) => [method, handOn] as const),
      ['resources/subscribe', (request, exchange) => this.#subscribe(request, exchange)],
      ['resources/unsubscribe', (request, exchange) => this.#unsubscribe(request, exchange)],
    ]);
  }

  /**
   * Jobs are those of the calling gateway: this one waits for the server.
   *
   * @throws {McpError} While the server can't be used, so that a gateway that greets it or asks how it is knows that.
   */
  async capabilities(): Promise<JsonObject> {
    const { capabilities, readiness, lastError } = this.#upstream.status;
    if (readiness === 'unreachable' || readiness === 'booting') {
      const why = lastError === undefined ? '' : `: ${lastError}`;
      throw new McpError(ERROR_SERVER, `The server is ${readiness}${why}`, { httpStatus: 503 });
    }
    const { tasks: _, ...offered } = capabilities;
    return offered;
  }

  instructions(): string | undefined {
    return this.#upstream.status.instructions;
  }

  checkListening(): Promise<void> {
    return Promise.resolve();
  }

  subscriptionsChanged(): void {
    this.#onSubscriptions();
  }

  listenedAs(_: string, uri: string): readonly string[] {
    return [uri];
  }

  toolLabel(): undefined {
    return undefined;
  }

  onlyLooks(): boolean {
    return false;
  }

  hasOwnSpan(): boolean {
    return true;
  }

  async #subscribe(request: JsonRpcRequest, exchange: Exchange): Promise<JsonObject | RawJson> {
    const uri = textOf(request.params?.['uri']);
    const answer = await this.#handOn(request, exchange);
    await exchange.client.session?.subscribe(uri);
    this.#onSubscriptions();
    return answer;
  }

  /** The server is told when nobody listens any more. */
  async #unsubscribe(request: JsonRpcRequest, exchange: Exchange): Promise<JsonObject> {
    await exchange.client.session?.unsubscribe(textOf(request.params?.['uri']));
    this.#onSubscriptions();
    return {};
  }

  async #handOn({ method, params = {}, rawParams }: JsonRpcRequest, exchange: Exchange): Promise<JsonObject | RawJson> {
    const gone = new AbortController();
    const watch = setInterval(() => exchange.isCallerGone() && gone.abort(), WATCH_MILLIS).unref();
    const request: HopRequest = {
      method,
      params,
      rawParams: rawParams === undefined ? {} : { ...Object.fromEntries(rawParams.entries()), _meta: undefined },
      begin: () => envelopeOf(params, exchange),
      timeoutMillis: LONGEST_MILLIS,
      signal: AbortSignal.any([exchange.signal, gone.signal]),
      peer: hopPeer(exchange, { takesInputRequired: exchange.client.era === 'modern' }),
    };
    try {
      const hop = await requestAnsweringInputs(this.#upstream, { ...request, onEnd: () => {} });
      if (hop.ok) {
        return hop.raw ?? hop.result;
      }
      const { code, message, data } = toOwnerError(hop.failure);
      throw new McpError(code, message, data === undefined ? {} : { data });
    } finally {
      clearInterval(watch);
    }
  }
}

/** The trace goes on as the calling gateway says: its hop is the parent of what the server does. */
function envelopeOf({ _meta: meta }: JsonObject, { headers }: Exchange): HopEnvelope {
  const fields = Object.entries(isJsonObject(meta) ? meta : {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && isTraceField(entry[0]),
  );
  const requestId = headers['x-request-id'];
  return {
    carrier: Object.fromEntries(fields),
    headers: typeof requestId === 'string' ? { 'x-request-id': requestId } : {},
  };
}

/** Of what belongs to a hop, what stands for its trace. */
function isTraceField(key: string): boolean {
  return isHopKey(key) && /^(?:trace|baggage$|b3$|x-b3-|uber-)/i.test(key);
}
