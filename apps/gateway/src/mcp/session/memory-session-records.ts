import type { EndedSession, SessionRecord, SessionRecords } from './session-records.ts';

interface Entry {
  record: SessionRecord;
  readonly subscriptions: Set<string>;
}

/** Bounds of {@link MemorySessionRecords}. */
export interface MemorySessionRecordsOptions {
  /** Sessions at once, default 10,000; the one unused longest gives way. */
  readonly maxSessions?: number;
}

const MAX_SESSIONS = 10_000;
const ORDER_MILLIS = 1_000;

/** Sessions in the memory of this process. */
export class MemorySessionRecords implements SessionRecords {
  /** In order of last use: the first is the one unused longest. */
  readonly #entries = new Map<string, Entry>();
  readonly #maxSessions: number;

  constructor({ maxSessions = MAX_SESSIONS }: MemorySessionRecordsOptions = {}) {
    this.#maxSessions = maxSessions;
  }

  async add(record: SessionRecord): Promise<readonly EndedSession[]> {
    this.#entries.set(record.id, { record, subscriptions: new Set() });
    const ended: EndedSession[] = [];
    for (const id of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxSessions) {
        break;
      }
      ended.push(...this.#remove(id));
    }
    return ended;
  }

  async use(id: string, now: number): Promise<SessionRecord | undefined> {
    const entry = this.#entries.get(id);
    // The order is that of last use, to the second: a busy session need not move with every request.
    if (entry !== undefined && now - entry.record.lastUsedAt >= ORDER_MILLIS) {
      entry.record = { ...entry.record, lastUsedAt: now };
      this.#entries.delete(id);
      this.#entries.set(id, entry);
    }
    return entry?.record;
  }

  async read(ids: readonly string[]): Promise<readonly SessionRecord[]> {
    return ids.flatMap((id) => this.#entries.get(id)?.record ?? []);
  }

  async setLogLevel(id: string, logLevel: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry !== undefined) {
      entry.record = { ...entry.record, logLevel };
    }
  }

  async subscribe(id: string, uri: string): Promise<boolean> {
    const subscriptions = this.#entries.get(id)?.subscriptions;
    const isNew = subscriptions?.has(uri) === false;
    subscriptions?.add(uri);
    return isNew;
  }

  async unsubscribe(id: string, uri: string): Promise<void> {
    this.#entries.get(id)?.subscriptions.delete(uri);
  }

  async subscribersOf(uri: string): Promise<readonly string[]> {
    return [...this.#entries].filter(([, { subscriptions }]) => subscriptions.has(uri)).map(([id]) => id);
  }

  async subscribedUris(): Promise<readonly string[]> {
    const uris = new Set<string>();
    for (const { subscriptions } of this.#entries.values()) {
      subscriptions.forEach((uri) => uris.add(uri));
    }
    return [...uris];
  }

  async end(id: string): Promise<EndedSession | undefined> {
    return this.#remove(id)[0];
  }

  async endIdle(deadline: number): Promise<readonly EndedSession[]> {
    const ended: EndedSession[] = [];
    for (const [id, { record }] of this.#entries) {
      if (record.lastUsedAt > deadline) {
        break;
      }
      ended.push(...this.#remove(id));
    }
    return ended;
  }

  async close(): Promise<readonly EndedSession[]> {
    return [...this.#entries.keys()].flatMap((id) => this.#remove(id));
  }

  #remove(id: string): readonly EndedSession[] {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    return entry === undefined ? [] : [{ record: entry.record, subscriptions: [...entry.subscriptions] }];
  }
}
