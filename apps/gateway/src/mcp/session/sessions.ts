import type { SessionEndReason } from '@dcc-mcp/semantic-conventions';
import { randomUUID } from 'node:crypto';
import type { IdKey } from '../../protocol/json-rpc-id.ts';
import type { JsonRpcId } from '../../protocol/json-rpc.ts';
import { ERROR_SERVER, McpError } from '../../protocol/mcp-protocol.ts';
import type { GatewayMessages } from '../../protocol/messages/gateway-messages.ts';
import { SessionMessages } from './session-messages.ts';
import type { EndedSession, SessionKey, SessionRecord, SessionRecords } from './session-records.ts';
import { checkSelfDescription, SESSION_BOUNDS } from './session-state.ts';
import type { ClientAnswer, StreamsOptions } from './session-streams.ts';
import { Session } from './session.ts';

/** Whose session it is, and what its client says of itself when it begins. */
export type SessionStart = Pick<
  SessionRecord,
  'owner' | 'transport' | 'protocolVersion' | 'clientInfo' | 'capabilities'
>;

/** What {@link Sessions} are made of. */
export interface SessionsOptions {
  readonly records: SessionRecords;
  /** Reaches the gateways that share the records. */
  readonly messages: GatewayMessages;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly onEnd: (ended: EndedSession, reason: SessionEndReason) => void;
  /** Told when sessions that other gateways hold began or ceased to listen to resources. */
  readonly onSubscriptions: () => void;
  /** Told when the records can't be swept. */
  readonly onError: (error: unknown) => void;
  /** A session unused for that long ends; default 30 minutes. */
  readonly idleMillis?: number;
}

/** Of an address, in the ids of events. */
const TAG_LENGTH = 8;
const IDLE_MILLIS = 30 * 60_000;
/** How often open streams and running requests are noted as use. */
const SWEEP_MILLIS = 10_000;
/** A session used within that time gives way to nobody. Longer, and clients that come and go without a word fill the table. */
const IN_USE_MILLIS = 30_000;
/** What a client is told to wait when every place is in use. */
const RETRY_AFTER_SECONDS = IN_USE_MILLIS / 1_000;

/** The live sessions: their records wherever those are kept, with the streams that are open here. */
export class Sessions {
  /** The sessions that this gateway began or has answered. */
  readonly #held = new Map<string, Session>();
  readonly #options: SessionsOptions;
  readonly #messages: SessionMessages;
  readonly #streams: StreamsOptions;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#messages = new SessionMessages(options.messages);
    this.#streams = {
      newQuestionId: () => this.#messages.questionId(randomUUID()),
      gateway: () => (options.messages.isAlone === true ? undefined : options.messages.address.slice(0, TAG_LENGTH)),
    };
    this.#messages.listen({
      ended: (id) => this.#letGo(id),
      cancelled: (id, request) => this.#held.get(id)?.streams.running.get(request)?.abort(),
      answered: (id, question, answer) => this.#held.get(id)?.streams.asked.get(question)?.(answer),
      rootsChanged: (id) => this.#held.get(id)?.streams.forgetRoots(),
      subscriptionsChanged: options.onSubscriptions,
      streamTaken: (id) => this.#held.get(id)?.streams.stream?.close(),
    });
  }

  /** Sessions held by this gateway. */
  get count(): number {
    return this.#held.size;
  }

  /** Sessions held by this gateway. */
  held(): IterableIterator<Session> {
    return this.#held.values();
  }

  /** @throws {McpError} -32602 when the client says too much of itself; -32000 with HTTP 503 when every place is in use. */
  async create(start: SessionStart): Promise<Session> {
    checkSelfDescription(start);
    const { records, newId } = this.#options;
    const now = this.#options.now();
    const times = { startedAt: now, lastUsedAt: now, isUsed: false };
    const record: SessionRecord = { ...start, ...times, id: newId(), logLevel: undefined };
    const added = await records.add(record, now - IN_USE_MILLIS);
    if (!added.ok) {
      throw tooManySessions(added.full);
    }
    const session = this.#hold(record);
    await this.#ended(added.ended, 'evicted');
    return session;
  }

  /** The session of that key. What only ends the handshake is no use of it. */
  async find(key: SessionKey): Promise<Session | undefined> {
    return this.#isOfAnother(key) ? undefined : this.#taken(key, await this.#options.records.find(key));
  }

  /** The session of that key, marked as used now: at once, where its record is at hand. */
  use(key: SessionKey): Session | undefined | Promise<Session | undefined> {
    if (this.#isOfAnother(key)) {
      return undefined;
    }
    const { records, now } = this.#options;
    const record = records.use(key, now());
    return record instanceof Promise ? record.then((read) => this.#taken(key, read)) : this.#taken(key, record);
  }

  /** Whether somebody else has the session, who notices nothing of who asks for it. */
  #isOfAnother({ id, principal }: SessionKey): boolean {
    const held = this.#held.get(id);
    return held !== undefined && held.record.owner.principal !== principal;
  }

  #taken({ id }: SessionKey, record: SessionRecord | undefined): Session | undefined {
    if (record === undefined) {
      this.#letGo(id);
      return undefined;
    }
    const session = this.#held.get(id) ?? this.#hold(record);
    session.record = record;
    return session;
  }

  /** The sessions held here that listen to `uri`. */
  async subscribersOf(uri: string): Promise<readonly Session[]> {
    const ids = await this.#options.records.subscribersOf(uri);
    return ids.flatMap((id) => this.#held.get(id) ?? []);
  }

  /** Whether a session listens to `uri`, here or at another gateway. */
  async isSubscribed(uri: string): Promise<boolean> {
    return (await this.#options.records.subscribersOf(uri)).length > 0;
  }

  /** What a client answered to a question: this gateway's, or that of another. @returns False where that can't be reached. */
  async answered({ id, streams }: Session, question: JsonRpcId, answer: ClientAnswer): Promise<boolean> {
    const take = streams.asked.get(question);
    take?.(answer);
    return take !== undefined || this.#messages.answered(id, question, answer);
  }

  /** Ends a request of the session, here or wherever it runs. */
  cancelled({ id, streams }: Session, request: IdKey): void {
    const running = streams.running.get(request);
    running?.abort();
    if (running === undefined) {
      this.#messages.cancelled(id, request);
    }
  }

  /** A client that opens its stream here does not read that of another gateway any more. */
  streamTaken({ id }: Session): void {
    this.#messages.streamTaken(id);
  }

  /** The client has other roots than before. */
  rootsChanged({ id, streams }: Session): void {
    streams.forgetRoots();
    this.#messages.rootsChanged(id);
  }

  /** Tells the other gateways that a session began or ceased to listen to a resource of an upstream. */
  subscriptionsChanged(): void {
    this.#messages.subscriptionsChanged();
  }

  /** Every URI that a session listens to. */
  subscribedUris(): Promise<readonly string[]> {
    return this.#options.records.subscribedUris();
  }

  /** @returns Whether it was this call that ended the session. */
  async end(id: string, reason: SessionEndReason): Promise<boolean> {
    const ended = await this.#options.records.end(id);
    this.#letGo(id);
    await this.#ended(ended === undefined ? [] : [ended], reason);
    return ended !== undefined;
  }

  /** Closes every stream, and ends the sessions that can't outlive this gateway. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
    for (const id of this.#held.keys()) {
      this.#letGo(id);
    }
    await this.#ended(await this.#options.records.close(), 'shutdown');
  }

  #hold(record: SessionRecord): Session {
    const session = new Session(record, this.#options.records, this.#streams);
    this.#held.set(record.id, session);
    this.#sweeper ??= setInterval(() => {
      this.#sweep().catch((error: unknown) => this.#options.onError(error));
    }, SWEEP_MILLIS).unref();
    return session;
  }

  #letGo(id: string): void {
    const session = this.#held.get(id);
    this.#held.delete(id);
    session?.streams.close();
  }

  /** What ends with this gateway was nobody else's. */
  async #ended(ended: readonly EndedSession[], reason: SessionEndReason): Promise<void> {
    for (const each of ended) {
      this.#letGo(each.record.id);
      this.#options.onEnd(each, reason);
    }
    if (ended.length > 0 && reason !== 'shutdown') {
      await this.#messages.ended(ended.map(({ record }) => record.id));
      if (ended.some(({ subscriptions }) => subscriptions.length > 0)) {
        this.#messages.subscriptionsChanged();
      }
    }
  }

  /** Marks what is in use here as used, ends what nobody uses, and lets go of what another gateway has ended. */
  async #sweep(): Promise<void> {
    const { records, now, idleMillis = IDLE_MILLIS } = this.#options;
    const deadline = now() - idleMillis;
    for (const { id, record, streams } of this.#held.values()) {
      streams.sweep();
      if (streams.isInUse) {
        await this.use({ id, principal: record.owner.principal });
      } else if (record.lastUsedAt <= deadline) {
        this.#letGo(id);
      }
    }
    await this.#ended(await records.endIdle(deadline), 'idle');
  }
}

function tooManySessions(full: 'table' | 'share'): McpError {
  const { maxSessions, maxPerShare } = SESSION_BOUNDS;
  const whose = full === 'table' ? `All ${maxSessions} sessions` : `All ${maxPerShare} sessions of one caller`;
  const message = `${whose} are in use: end one with DELETE, or try again in ${RETRY_AFTER_SECONDS} s`;
  return new McpError(ERROR_SERVER, message, { httpStatus: 503, retryAfterSeconds: RETRY_AFTER_SECONDS });
}
