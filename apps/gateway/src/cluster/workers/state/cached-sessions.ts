import { BoundedMap } from '@dcc-mcp/bounds';
import type {
  AddedSession,
  EndedSession,
  SessionKey,
  SessionRecord,
  SessionRecords,
  SubscriptionOutcome,
} from '../../../mcp/session/session-records.ts';
import { SESSION_BOUNDS } from '../../../mcp/session/session-state.ts';

/** How often a use is noted where the sessions are; until then a copy here is taken for what is there. */
const MARK_MILLIS = 1_000;

interface Copy {
  readonly record: SessionRecord;
  /** Epoch milliseconds. */
  readonly markedAt: number;
}

/**
 * The sessions of another process, with copies of those that are used here: a request of such a session waits for nobody.
 * Whoever ends or changes one has its copies dropped before that is answered.
 */
export class CachedSessions implements SessionRecords {
  readonly #records: Omit<SessionRecords, 'close'>;
  readonly #onError: (error: unknown) => void;
  readonly #copies = new BoundedMap<string, Copy>({ maxEntries: SESSION_BOUNDS.maxSessions });

  /** Moves with each drop: what was asked before may be what was dropped. */
  #drops = 0;

  /** @param onError Told of what failed with nobody waiting for it. */
  constructor(records: Omit<SessionRecords, 'close'>, onError: (error: unknown) => void) {
    this.#records = records;
    this.#onError = onError;
  }

  /** Forgets the copies of these sessions. */
  drop(ids: readonly string[]): void {
    this.#drops += 1;
    ids.forEach((id) => this.#copies.delete(id));
  }

  add(record: SessionRecord, inUseSince: number): Promise<AddedSession> {
    return this.#records.add(record, inUseSince);
  }

  async find(key: SessionKey): Promise<SessionRecord | undefined> {
    return this.#copyOf(key)?.record ?? this.#records.find(key);
  }

  async use(key: SessionKey, now: number): Promise<SessionRecord | undefined> {
    const copy = this.#copyOf(key);
    if (copy === undefined) {
      return this.#mark(key, now);
    }
    if (now - copy.markedAt >= MARK_MILLIS) {
      this.#copies.set(key.id, { ...copy, markedAt: now });
      this.#mark(key, now).catch(this.#onError);
    }
    return copy.record;
  }

  read(ids: readonly string[]): Promise<readonly SessionRecord[]> {
    return this.#records.read(ids);
  }

  setLogLevel(id: string, level: string): Promise<void> {
    return this.#records.setLogLevel(id, level);
  }

  subscribe(id: string, uri: string): Promise<SubscriptionOutcome> {
    return this.#records.subscribe(id, uri);
  }

  unsubscribe(id: string, uri: string): Promise<void> {
    return this.#records.unsubscribe(id, uri);
  }

  subscribersOf(uri: string): Promise<readonly string[]> {
    return this.#records.subscribersOf(uri);
  }

  subscribedUris(): Promise<readonly string[]> {
    return this.#records.subscribedUris();
  }

  end(id: string): Promise<EndedSession | undefined> {
    return this.#records.end(id);
  }

  endIdle(deadline: number): Promise<readonly EndedSession[]> {
    return this.#records.endIdle(deadline);
  }

  /** They live in the other process, and outlive this one. */
  async close(): Promise<readonly EndedSession[]> {
    return [];
  }

  async #mark(key: SessionKey, now: number): Promise<SessionRecord | undefined> {
    const drops = this.#drops;
    const record = await this.#records.use(key, now);
    if (record === undefined) {
      this.#copies.delete(key.id);
    } else if (drops === this.#drops) {
      this.#copies.set(key.id, { record, markedAt: now });
    }
    return record;
  }

  /** A session is nobody's but its owner's. */
  #copyOf({ id, principal }: SessionKey): Copy | undefined {
    const copy = this.#copies.get(id);
    return copy?.record.owner.principal === principal ? copy : undefined;
  }
}
