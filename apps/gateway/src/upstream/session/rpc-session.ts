// upstream/session/: a JSON-RPC conversation over any transport.
import { PendingMap } from '@dcc-mcp/bounds';
import { cancelledKey, idText, readId } from '../../protocol/json-rpc-id.ts';
import type { Era, JsonObject, JsonRpcId } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import { ERROR_PARSE, LATEST_LEGACY_VERSION } from '../../protocol/mcp-protocol.ts';
import { toHopResult } from '../hop/answer.ts';
import { toUpstreamParams, type GatewayInfo } from '../hop/envelope.ts';
import { hostDied, unreachable } from '../hop/failures.ts';
import { Hop, type HopOwner, type WireCall } from '../hop/hop.ts';
import type { HopResult } from '../upstream.ts';
import { CallerRoots } from './caller-roots.ts';
import { ownNumber } from './incoming.ts';
import { NonProtocolOutput } from './non-protocol-output.ts';
import { ServerNotifications } from './server-notifications.ts';
import { ServerRequests } from './server-requests.ts';
import type { Conversation, RpcSessionEvents, Suspicion, Transport } from './transport.ts';

/** A JSON-RPC conversation with one upstream in one era: ids, routing of what comes back, cancellation. */
export class RpcSession implements Conversation {
  era: Era = 'legacy';
  protocolVersion: string = LATEST_LEGACY_VERSION;
  /** Set once the handshake is known: opens another one after the upstream forgot this session. */
  renew: ((why: Suspicion) => Promise<boolean>) | undefined;
  readonly transport: Transport;
  /** What the server knows of its callers' roots. */
  readonly roots: CallerRoots = new CallerRoots();
  readonly #gatewayInfo: GatewayInfo;
  readonly #events: RpcSessionEvents;
  readonly #inFlight = new PendingMap<number, Hop>();
  readonly #requests: ServerRequests;
  readonly #nonProtocolOutput: NonProtocolOutput;
  readonly #notifications: ServerNotifications;
  /** Calls that are worked at while none of their requests is on its way. */
  #works = 0;
  #lastId = 0;
  #isOver = false;

  constructor(transport: Transport, gatewayInfo: GatewayInfo, events: RpcSessionEvents) {
    this.transport = transport;
    this.#gatewayInfo = gatewayInfo;
    this.#events = events;
    this.#requests = new ServerRequests((text) => void transport.post(text), events);
    this.#nonProtocolOutput = new NonProtocolOutput(() => this.#callers());
    this.#notifications = new ServerNotifications({
      hopOf: (token) => (typeof token === 'number' ? this.#inFlight.get(token) : undefined),
      callers: () => this.#callers(),
      events,
    });
    transport.attach(this);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends a request and waits for what becomes of it; never rejects. */
  exchange(call: WireCall): Promise<HopResult> {
    return this.open(call).result;
  }

  /** Like {@link exchange}, but gives the request itself. */
  open(call: WireCall): Hop {
    this.#lastId += 1;
    const hop = new Hop(this.#lastId, call, this.#hopOwner);
    if (this.#isOver) {
      hop.end(unreachable('The connection to the upstream is closed'));
      return hop;
    }
    hop.explain = this.#explain;
    this.#inFlight.set(hop.id, hop);
    const { carrier } = call.envelope;
    const params = toUpstreamParams(call, {
      era: this.era,
      protocolVersion: this.protocolVersion,
      gatewayInfo: this.#gatewayInfo,
      carrier,
      progressToken: call.progressToken === undefined ? undefined : hop.id,
      peer: call.peer,
      takesTask: call.takesTask === true,
    });
    call.onSent?.(this.#lastId);
    this.transport.send(hop, requestText(hop.id, call.method, params), call.params);
    return hop;
  }

  /** A call was answered, and is worked at all the same. @returns What says that this has ended. */
  holdWork(): () => void {
    this.#works += 1;
    return () => {
      this.#works -= 1;
    };
  }

  /** Resolves when the upstream has taken it, or when it is clear that it won't. */
  async notify(method: string, params: JsonObject | undefined): Promise<void> {
    if (this.#isOver) {
      return;
    }
    const sent = this.era === 'legacy' ? params : this.#modernParams(params);
    await this.transport.post(RawJson.object({ jsonrpc: '2.0', method, params: sent }).text, method);
  }

  onMessage(message: RawJson, hop: Hop | undefined, httpStatus?: number): void {
    const method = message.get('method')?.value;
    if (typeof method === 'string') {
      this.#onIncoming(method, message, hop);
      return;
    }
    const rawId = message.get('id');
    const id = rawId && readId(rawId);
    const target = this.#inFlight.get(ownNumber(id) ?? 0);
    if (target !== undefined) {
      this.#nonProtocolOutput.onAnswer(target);
      target.end(toHopResult(message, httpStatus));
    } else if (id === null && hop !== undefined && !hop.isEnded && message.get('error')?.isObject === true) {
      hop.end(toHopResult(message, httpStatus)); // a server that could not read the id of what it refuses
    } else {
      this.#events.onLateAnswer();
    }
  }

  onNonProtocolOutput(text: string): void {
    this.#events.onNonProtocolOutput(text);
    this.#nonProtocolOutput.onText(text);
  }

  /** It is dropped, and refused where it waits for an answer. */
  onUnreadRequest(outline: RawJson, why: string): void {
    this.#events.onNonProtocolOutput(`a message was dropped: JSON ${why}`);
    const id = outline.get('id');
    if (id !== undefined && (readId(id) ?? null) !== null) {
      const error = JSON.stringify({ code: ERROR_PARSE, message: `Parse error: JSON ${why}` });
      void this.transport.post(`{"jsonrpc":"2.0","id":${id.text},"error":${error}}`);
    }
  }

  onOverlong(head: string, result: HopResult): void {
    const hop = this.#nonProtocolOutput.targetOf(head);
    if (hop === undefined) {
      this.#events.onNonProtocolOutput(result.ok ? head : result.failure.message);
    } else {
      hop.end(result);
    }
  }

  renewSession(why: Suspicion): Promise<boolean> {
    return this.renew?.(why) ?? Promise.resolve(false);
  }

  onLost(reason: string, isDead: boolean): void {
    if (this.#isOver) {
      return;
    }
    const leavesCalls = this.#works > 0 || this.#callers().length > 0;
    this.#finish(hostDied(`The upstream died while it worked: ${reason}`));
    this.#events.onLost(reason, isDead || leavesCalls);
  }

  /** Ends the requests of callers as `result`; the upstream is told, as of any call that nobody waits for. */
  endCalls(result: HopResult): void {
    for (const hop of this.#callers()) {
      hop.endNow(result);
      this.transport.abandon(hop, 'cancelled');
    }
  }

  async close(): Promise<void> {
    if (!this.#isOver) {
      this.#finish(unreachable('The gateway closed the connection'));
    }
    await this.transport.close();
  }

  #finish(result: HopResult): void {
    this.#isOver = true;
    this.#notifications.close();
    this.#requests.close();
    for (const hop of this.#inFlight.values()) {
      hop.endNow(result);
    }
  }

  readonly #explain = (): string | undefined => this.transport.explainSilence?.();

  readonly #hopOwner: HopOwner = {
    onEnd: (hop, abandoned) => {
      this.#inFlight.delete(hop.id);
      this.#nonProtocolOutput.onEnd(hop);
      if (abandoned !== undefined && !this.#isOver) {
        this.transport.abandon(hop, abandoned);
      }
    },
    onWithdrawn: (hop) => this.transport.withdraw(hop),
  };

  #modernParams(params: JsonObject | undefined): RawJson | undefined {
    const { era, protocolVersion } = this;
    return toUpstreamParams(
      { params: params ?? {} },
      { era, protocolVersion, gatewayInfo: this.#gatewayInfo, carrier: {} },
    );
  }

  #onIncoming(method: string, message: RawJson, hop: Hop | undefined): void {
    const rawId = message.get('id');
    const id = rawId && readId(rawId);
    if (id !== undefined && id !== null) {
      if (!this.#requests.admits()) {
        return;
      }
      const params = message.get('params')?.object;
      const candidates = this.#callers();
      // A request without a stream of its own names no call, so it is given to a call only where there is just one.
      const asked = hop ?? (candidates.length === 1 ? candidates[0] : undefined);
      if (method === 'roots/list' && hop === undefined) {
        const question = { key: String(idText(id) ?? ''), method, params };
        void this.roots.answer(question, asked?.call.peer).then((answer) => this.#requests.reply(id, answer));
        return;
      }
      this.#requests.answer({ id, method, params }, asked, candidates.length);
      return;
    }
    if (method === 'notifications/cancelled') {
      const rawParams = message.get('params');
      this.#requests.cancel(cancelledKey(rawParams === undefined ? {} : { rawParams }));
    } else {
      this.#notifications.on(method, message.get('params'), hop);
    }
  }

  /** The calls in flight that came from a caller (not the gateway's own probes and lists). */
  #callers(): Hop[] {
    return [...this.#inFlight.values()].filter(({ call }) => call.isOwn !== true);
  }
}

function requestText(id: JsonRpcId, method: string, params: RawJson | undefined): string {
  const rest = params === undefined ? '' : `,"params":${params.text}`;
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":${JSON.stringify(method)}${rest}}`;
}
