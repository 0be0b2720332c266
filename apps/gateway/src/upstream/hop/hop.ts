// upstream/hop/: one request to an upstream, what travels with it and what comes of it.
import type { JsonObject, JsonRpcId } from '../../protocol/json-rpc.ts';
import type { MirroredParameter } from '../../protocol/mirrored/mirrored-parameters.ts';
import type { HopEnvelope, HopPeer, HopResult, RawParams } from '../upstream.ts';
import { cancelled, timedOut, timedOutDespiteProgress } from './failures.ts';

/** One JSON-RPC request as it goes on the wire. */
export interface WireCall {
  readonly method: string;
  readonly params: JsonObject;
  /** Those of the parameters that travel as they came. */
  readonly rawParams?: RawParams | undefined;
  readonly envelope: HopEnvelope;
  /** How long the answer may take; 0 for as long as it likes (streams of notifications). */
  readonly timeoutMillis: number;
  /** How progress of the upstream makes the time start anew; absent: it does not. */
  readonly renewal?: TimeRenewal | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Aborts when the end of the call is asked for, which the upstream then is to say. */
  readonly withdrawal?: AbortSignal | undefined;
  readonly peer?: HopPeer | undefined;
  /** The caller's progress token, where progress may be asked for. */
  readonly progressToken?: JsonRpcId | undefined;
  readonly mirrored?: readonly MirroredParameter[] | undefined;
  /** Whether the upstream may make a task of it (MCP 2026-07-28, extension `io.modelcontextprotocol/tasks`). */
  readonly takesTask?: boolean;
  /** Of the operation that it belongs to. */
  readonly requestId?: string | undefined;
  /** Told of its JSON-RPC id. */
  readonly onSent?: ((jsonrpcId: number) => void) | undefined;
  /** True for the gateway's own probes, lists and handshakes: nothing the upstream asks for can belong to them. */
  readonly isOwn?: boolean;
}

/** A server that reports progress is alive (MCP, "Timeouts"): its call goes on, and not for ever. */
export interface TimeRenewal {
  /** The time from each sign of life. */
  readonly windowMillis: number;
  /** When the call ends all the same, by `performance.now()`. */
  readonly until: number;
  /** The same as it was set, for people. */
  readonly maxMillis: number;
}

export const NO_ENVELOPE: HopEnvelope = { carrier: {}, headers: {} };

/** A call of the gateway's own: probes, lists, handshakes. */
export function ownCall(method: string, params: JsonObject, timeoutMillis: number): WireCall {
  return { method, params, timeoutMillis, envelope: NO_ENVELOPE, isOwn: true };
}

export type Abandonment = 'timeout' | 'cancelled';

/** What {@link Hop} tells the conversation it belongs to. */
export interface HopOwner {
  /** It has ended; `abandoned`: before the upstream had answered. */
  readonly onEnd: (hop: Hop, abandoned: Abandonment | undefined) => void;
  /** Its end is asked for; it goes on until the upstream says something. */
  readonly onWithdrawn: (hop: Hop) => void;
}

/** A request in flight. It ends exactly once: by its answer, a failure, its timeout or its caller. */
export class Hop {
  readonly id: number;
  readonly call: WireCall;
  readonly result: Promise<HopResult>;
  #settle: ((result: HopResult) => void) | undefined;
  readonly #owner: HopOwner;
  #timer: NodeJS.Timeout | undefined;
  /** What ends the hop since the upstream showed that it is alive; absent before. */
  #bound: 'window' | 'longest' | undefined;
  readonly #onAbort: (() => void) | undefined;
  readonly #onWithdrawal: (() => void) | undefined;
  #watchers: (() => void)[] | undefined;
  /** Looks at a result first; true when the hop goes on. Its timeout, its caller and the gateway end it in any case. */
  hold: ((result: HopResult) => boolean) | undefined;
  /** Says what the upstream did instead of answering, if anything; asked when the time is over. */
  explain: (() => string | undefined) | undefined;

  constructor(id: number, call: WireCall, owner: HopOwner) {
    this.id = id;
    this.call = call;
    this.#owner = owner;
    this.result = new Promise((resolve) => {
      this.#settle = resolve;
    });
    if (call.timeoutMillis > 0) {
      this.#timer = setTimeout(() => this.#timeOut(), call.timeoutMillis);
    }
    // Functions that are written where they become properties outlive their calls (decision 030).
    if (call.signal !== undefined) {
      const onAbort = (): void => this.#end(cancelled(), 'cancelled');
      this.#onAbort = onAbort;
      call.signal.addEventListener('abort', onAbort, { once: true });
    }
    if (call.withdrawal !== undefined) {
      const onWithdrawal = (): void => owner.onWithdrawn(this);
      this.#onWithdrawal = onWithdrawal;
      call.withdrawal.addEventListener('abort', onWithdrawal, { once: true });
    }
  }

  get isEnded(): boolean {
    return this.#settle === undefined;
  }

  end(result: HopResult): void {
    if (this.#settle !== undefined && this.hold?.(result) === true) {
      return;
    }
    this.#end(result, undefined);
  }

  /** Ends it whatever is waited for: nothing more can come of it. */
  endNow(result: HopResult): void {
    this.#end(result, undefined);
  }

  /** Calls back when the hop ends, at once when it has. */
  whenEnded(callback: () => void): void {
    if (this.isEnded) {
      callback();
    } else {
      (this.#watchers ??= []).push(callback);
    }
  }

  /** The upstream has shown that it is alive: its time starts anew. */
  renew(): void {
    const { renewal } = this.call;
    if (renewal === undefined || this.isEnded) {
      return;
    }
    clearTimeout(this.#timer);
    const left = Math.max(0, renewal.until - performance.now());
    this.#bound = left < renewal.windowMillis ? 'longest' : 'window';
    this.#timer = setTimeout(() => this.#timeOut(), Math.min(renewal.windowMillis, left));
  }

  #timeOut(): void {
    const { renewal, timeoutMillis } = this.call;
    const result =
      this.#bound !== undefined && renewal !== undefined
        ? timedOutDespiteProgress(renewal, this.#bound === 'longest')
        : timedOut(timeoutMillis, this.explain?.());
    this.#end(result, 'timeout');
  }

  #end(result: HopResult, abandoned: Abandonment | undefined): void {
    const settle = this.#settle;
    if (settle === undefined) {
      return;
    }
    this.#settle = undefined;
    clearTimeout(this.#timer);
    if (this.#onAbort !== undefined) {
      this.call.signal?.removeEventListener('abort', this.#onAbort);
    }
    if (this.#onWithdrawal !== undefined) {
      this.call.withdrawal?.removeEventListener('abort', this.#onWithdrawal);
    }
    this.#owner.onEnd(this, abandoned);
    settle(result);
    for (const watcher of this.#watchers ?? []) {
      watcher();
    }
  }
}

/** The handshake must not be cancelled (MCP 2025-11-25, "Cancellation"), and an old server would not know the probe. */
export function isCancellable(method: string): boolean {
  return method !== 'initialize' && method !== 'server/discover';
}

/** The method of a {@link cancellation}. */
export const CANCELLED = 'notifications/cancelled';

/** The message that says that nobody waits for a request any more; absent where that must not be said. */
export function cancellation({ id, call }: Hop, why: Abandonment): string | undefined {
  if (!isCancellable(call.method)) {
    return undefined;
  }
  const params = { requestId: id, reason: why === 'timeout' ? 'The request timed out' : 'The caller cancelled' };
  return JSON.stringify({ jsonrpc: '2.0', method: CANCELLED, params });
}
