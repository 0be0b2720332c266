import type { Era, JsonObject } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import type { Abandonment, Hop } from '../hop/hop.ts';
import type { HopResult } from '../upstream.ts';

/**
 * Why an upstream seems to have forgotten a session: it says so; it refuses what it has taken before; or it fails, which
 * may as well be the fault of the one call.
 */
export type Suspicion = 'said' | 'refused' | 'failed';

/** What a transport must know of the conversation it carries. */
export interface Conversation {
  readonly era: Era;
  readonly protocolVersion: string;
  /** A message of the upstream; `hop` where the transport knows which request it came with. */
  onMessage(message: RawJson, hop: Hop | undefined, httpStatus?: number): void;
  /** Text of the upstream that is no message. */
  onNonProtocolOutput(text: string): void;
  /** A request or a notification of the upstream that is not read, by its members; `why` after "JSON". */
  onUnreadRequest(outline: RawJson, why: string): void;
  /** A message over the bound; `head` is its beginning. The call it answers, where that can be told, ends as `result`. */
  onOverlong(head: string, result: HopResult): void;
  /** The upstream seems to have forgotten the session and a new one is needed; true when there is one. */
  renewSession(why: Suspicion): Promise<boolean>;
  /** The other end is gone, `isDead`: in the middle of its work; calls in flight end as `host-died`. */
  onLost(reason: string, isDead: boolean): void;
}

/** Moves JSON-RPC text to one upstream and back. */
export interface Transport {
  readonly sessionId: string | undefined;
  /** Of a child; `undefined` over HTTP. */
  readonly pid: number | undefined;
  attach(conversation: Conversation): void;
  /** Sends a request; its answer, or what prevented it, ends the hop. */
  send(hop: Hop, text: string, params: JsonObject): void;
  /** Sends a notification (`method`) or an answer; best effort. Resolves when it is out of the way, never rejects. */
  post(text: string, method?: string): Promise<void>;
  /** Nobody waits for the hop's answer any more. @returns The message that says so, where one was sent. */
  abandon(hop: Hop, why: Abandonment): string | undefined;
  /**
   * The end of the hop is asked for. Where the upstream can say nothing to that, the hop ends as `cancelled`.
   *
   * @returns The message that asks for it, where one was sent.
   */
  withdraw(hop: Hop): string | undefined;
  /** Begins to listen for what belongs to no request, where the transport has a place for it. */
  openStream(): void;
  /** What the upstream does instead of answering, in words, where it does something else. */
  explainSilence?(): string | undefined;
  /** Whether messages that belong to no request can reach us. */
  readonly canBeNotified: boolean;
  close(): Promise<void>;
}

/** What a conversation tells beside the answers to its requests. */
export interface RpcSessionEvents {
  /** A list or a resource has changed. */
  onNotification(method: string, params: JsonObject | undefined): void;
  /** Messages of a kind are dropped, for the reason given; absent: no longer. */
  onFlood(kind: string, why: string | undefined): void;
  /** The connection is over, once; never after `close`. `isDead`: the other end is gone in the middle of its work. */
  onLost(reason: string, isDead: boolean): void;
  /** An answer nobody waits for. */
  onLateAnswer(): void;
  /** Text that is no message. */
  onNonProtocolOutput(text: string): void;
}
