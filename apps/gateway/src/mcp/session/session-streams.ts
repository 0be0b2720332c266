import { PendingMap } from '@dcc-mcp/bounds';
import type { IdKey } from '../../protocol/json-rpc-id.ts';
import type { JsonObject, JsonRpcError, JsonRpcId, JsonRpcMessage } from '../../protocol/json-rpc.ts';
import { ERROR_SERVER } from '../../protocol/mcp-protocol.ts';
import { SessionLogs } from '../resumption/session-logs.ts';
import type { EventStream } from '../transport/event-stream.ts';

/** What a client answered to a request of ours. */
export type ClientAnswer = { readonly result: JsonObject } | { readonly error: JsonRpcError };

/** What the streams of all sessions of a gateway have in common. */
export interface StreamsOptions {
  /** Makes the id of a new question to a client. */
  readonly newQuestionId: () => string;
  /** Eight hex digits of this gateway's address; `undefined` where no other serves its sessions. */
  readonly gateway: () => string | undefined;
}

/** Requests of one session at once: far more than a model sends, and a client can't gather its own without bound. */
export const MAX_RUNNING_REQUESTS = 1_000;

/** What this gateway holds of a session and no other gateway can: open streams, running requests, open questions. */
export class SessionStreams {
  /** Makes the id of a new question to the client. */
  readonly newQuestionId: () => string;
  readonly #gateway: () => string | undefined;
  /** The GET stream, where the client has opened one here. */
  stream: EventStream | undefined;
  /** Stands for the client's roots as they are now; a new one when they changed. */
  roots: object = {};
  /** Over stdio: where what belongs to no request goes. */
  listener: ((message: JsonRpcMessage) => void) | undefined;
  // Made when they are needed: most sessions are idle, and two empty maps are a fifth of one.
  #logs: SessionLogs | undefined;
  #running: PendingMap<IdKey | undefined, AbortController> | undefined;
  #asked: Map<JsonRpcId, (answer: ClientAnswer) => void> | undefined;

  constructor({ newQuestionId, gateway }: StreamsOptions) {
    this.newQuestionId = newQuestionId;
    this.#gateway = gateway;
  }

  /** What its event streams said, for a client that comes back. */
  get logs(): SessionLogs {
    return (this.#logs ??= new SessionLogs(Date.now, this.#gateway()));
  }

  /** Forgets what nobody will come back for. */
  sweep(): void {
    this.#logs?.sweep();
  }

  /** Requests of this client that run, by JSON-RPC id: what `notifications/cancelled` names. */
  get running(): PendingMap<IdKey | undefined, AbortController> {
    return (this.#running ??= new PendingMap());
  }

  /** Requests we sent to the client and that it has not answered, by our id. */
  get asked(): Map<JsonRpcId, (answer: ClientAnswer) => void> {
    return (this.#asked ??= new Map());
  }

  /** A session with an open stream or a running request is in use, however long ago its last message came. */
  get isInUse(): boolean {
    return this.stream !== undefined || this.listener !== undefined || (this.#running?.size ?? 0) > 0;
  }

  /** Whatever the client's roots were, they are others now. */
  forgetRoots(): void {
    this.roots = {};
  }

  /** Sends what belongs to no request; dropped where nobody listens, and nobody did before. */
  send(message: JsonRpcMessage): void {
    this.#logs?.standalone?.send(message);
    this.listener?.(message);
  }

  /** Ends what is open: the client gets nothing more, and what it was asked has no answer. */
  close(): void {
    this.#logs?.close();
    this.stream?.close();
    for (const answer of this.#asked?.values() ?? []) {
      answer({ error: { code: ERROR_SERVER, message: 'The session has ended' } });
    }
    this.#asked = undefined;
  }
}
