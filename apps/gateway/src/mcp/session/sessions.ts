import type { SessionEndReason } from '@dcc-mcp/semantic-conventions';
import type { EndedSession, SessionRecord, SessionRecords } from './session-records.ts';
import { Session } from './session.ts';

/** What a client says of itself when a session begins. */
export type SessionStart = Pick<SessionRecord, 'transport' | 'protocolVersion' | 'clientInfo' | 'capabilities'>;

/** What {@link Sessions} are made of. */
export interface SessionsOptions {
  readonly records: SessionRecords;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly onEnd: (ended: EndedSession, reason: SessionEndReason) => void;
  /** Told when the records can't be swept. */
  readonly onError: (error: unknown) => void;
  /** A session unused for that long ends; default 30 minutes. */
  readonly idleMillis?: number;
}

const IDLE_MILLIS = 30 * 60_000;
const SWEEP_MILLIS = 30_000;

/** The live sessions: their records wherever those are kept, with the streams that are open here. */
export class Sessions {
  /** The sessions that this gateway began or has answered. */
  readonly #held = new Map<string, Session>();
  readonly #options: SessionsOptions;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Sessions held by this gateway. */
  get count(): number {
    return this.#held.size;
  }

  /** Sessions held by this gateway. */
  held(): IterableIterator<Session> {
    return this.#held.values();
  }

  async create(start: SessionStart): Promise<Session> {
    const { records, newId } = this.#options;
    const now = this.#options.now();
    const record = { ...start, id: newId(), logLevel: undefined, startedAt: now, lastUsedAt: now };
    const evicted = await records.add(record);
    const session = this.#hold(record);
    this.#ended(evicted, 'evicted');
    return session;
  }

  /** The session of that id, marked as used now. */
  async use(id: string): Promise<Session | undefined> {
    const record = await this.#options.records.use(id, this.#options.now());
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

  /** Every URI that a session listens to. */
  subscribedUris(): Promise<readonly string[]> {
    return this.#options.records.subscribedUris();
  }

  /** The records of the sessions that have a stream here, as they stand now. */
  async listening(): Promise<readonly Session[]> {
    const open = [...this.#held.values()].filter(({ streams }) => streams.isInUse);
    const records = await this.#options.records.read(open.map(({ id }) => id));
    return records.flatMap((record) => {
      const session = this.#held.get(record.id);
      if (session === undefined) {
        return [];
      }
      session.record = record;
      return session;
    });
  }

  /** @returns Whether it was this call that ended the session. */
  async end(id: string, reason: SessionEndReason): Promise<boolean> {
    const ended = await this.#options.records.end(id);
    this.#letGo(id);
    this.#ended(ended === undefined ? [] : [ended], reason);
    return ended !== undefined;
  }

  /** Closes every stream, and ends the sessions that can't outlive this gateway. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
    for (const id of this.#held.keys()) {
      this.#letGo(id);
    }
    this.#ended(await this.#options.records.close(), 'shutdown');
  }

  #hold(record: SessionRecord): Session {
    const session = new Session(record, this.#options.records);
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

  #ended(ended: readonly EndedSession[], reason: SessionEndReason): void {
    for (const each of ended) {
      this.#letGo(each.record.id);
      this.#options.onEnd(each, reason);
    }
  }

  /** Marks what is in use here as used, ends what nobody uses, and lets go of what another gateway has ended. */
  async #sweep(): Promise<void> {
    const { records, now, idleMillis = IDLE_MILLIS } = this.#options;
    const deadline = now() - idleMillis;
    for (const { id, record, streams } of this.#held.values()) {
      if (streams.isInUse) {
        await this.use(id);
      } else if (record.lastUsedAt <= deadline) {
        this.#letGo(id);
      }
    }
    this.#ended(await records.endIdle(deadline), 'idle');
  }
}
