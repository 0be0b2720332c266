import type { SessionEndReason } from '@dcc-mcp/semantic-conventions';
import { randomUUID } from 'node:crypto';
import type { JsonObject, JsonRpcError, JsonRpcId, JsonRpcMessage } from '../../protocol/json-rpc.ts';
import { ERROR_SERVER } from '../../protocol/mcp-protocol.ts';
import type { EventStream } from '../transport/event-stream.ts';

/** What a client answered to a request of ours. */
export type ClientAnswer = { readonly result: JsonObject } | { readonly error: JsonRpcError };

/** One conversation of a handshake-era client. */
export interface Session {
  readonly id: string;
  readonly protocolVersion: string;
  readonly clientInfo: JsonObject | undefined;
  readonly capabilities: JsonObject;
  readonly startedAt: number;
  lastUsedAt: number;
  logLevel: string | undefined;
  /** The GET stream, where the client has opened one. */
  stream: EventStream | undefined;
  /** Over stdio: where what belongs to no request goes. */
  listener: ((message: JsonRpcMessage) => void) | undefined;
  readonly subscriptions: Set<string>;
  /** Requests of this client that run, by JSON-RPC id: what `notifications/cancelled` names. */
  readonly running: Map<JsonRpcId, AbortController>;
  /** Requests we sent to the client and that it has not answered, by our id. */
  readonly asked: Map<JsonRpcId, (answer: ClientAnswer) => void>;
}

/** Clock and bounds of {@link Sessions}. */
export interface SessionsOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly onEnd: (session: Session, reason: SessionEndReason) => void;
  /** Sessions at once, default 10,000; the one unused longest gives way. */
  readonly maxSessions?: number;
  /** A session unused for that long ends; default 30 minutes. */
  readonly idleMillis?: number;
}

const MAX_SESSIONS = 10_000;
const IDLE_MILLIS = 30 * 60_000;
const SWEEP_MILLIS = 30_000;
const ORDER_MILLIS = 1_000;

/** The live sessions: validated, bounded, ended when idle. */
export class Sessions {
  /** In order of last use: the first is the one unused longest. */
  readonly #sessions = new Map<string, Session>();
  readonly #options: SessionsOptions;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#sessions.size;
  }

  all(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  create(protocolVersion: string, clientInfo: JsonObject | undefined, capabilities: JsonObject): Session {
    const now = this.#options.now();
    const session: Session = {
      id: randomUUID(),
      protocolVersion,
      clientInfo,
      capabilities,
      startedAt: now,
      lastUsedAt: now,
      logLevel: undefined,
      stream: undefined,
      listener: undefined,
      subscriptions: new Set(),
      running: new Map(),
      asked: new Map(),
    };
    this.#sessions.set(session.id, session);
    this.#makeRoom();
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MILLIS).unref();
    return session;
  }

  /** The session of that id, marked as used now. */
  use(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    const now = this.#options.now();
    // The order is that of last use, to the second: a busy session need not move with every request.
    if (session !== undefined && now - session.lastUsedAt >= ORDER_MILLIS) {
      session.lastUsedAt = now;
      this.#sessions.delete(id);
      this.#sessions.set(id, session);
    }
    return session;
  }

  end(id: string, reason: SessionEndReason): boolean {
    const session = this.#sessions.get(id);
    if (session === undefined) {
      return false;
    }
    this.#sessions.delete(id);
    session.stream?.close();
    for (const answer of session.asked.values()) {
      answer({ error: { code: ERROR_SERVER, message: 'The session has ended' } });
    }
    session.asked.clear();
    this.#options.onEnd(session, reason);
    return true;
  }

  close(): void {
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
    for (const id of this.#sessions.keys()) {
      this.end(id, 'shutdown');
    }
  }

  #makeRoom(): void {
    const max = this.#options.maxSessions ?? MAX_SESSIONS;
    for (const id of this.#sessions.keys()) {
      if (this.#sessions.size <= max) {
        return;
      }
      this.end(id, 'evicted');
    }
  }

  /** A session with an open stream or a running request is in use, however long ago its last message came. */
  #sweep(): void {
    const deadline = this.#options.now() - (this.#options.idleMillis ?? IDLE_MILLIS);
    for (const session of this.#sessions.values()) {
      if (session.lastUsedAt > deadline) {
        return;
      }
      if (session.stream === undefined && session.listener === undefined && session.running.size === 0) {
        this.end(session.id, 'idle');
      }
    }
  }
}
