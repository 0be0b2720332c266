import { keptBytes } from '../../protocol/kept-bytes.ts';
import type {
  AddedSession,
  EndedSession,
  SessionBounds,
  SessionKey,
  SessionRecord,
  SessionRecords,
  SubscriptionOutcome,
} from './session-records.ts';
import { SESSION_BOUNDS, stateBytes } from './session-state.ts';
import { UseOrder } from './use-order.ts';

interface Entry {
  record: SessionRecord;
  /** Absent while the session listens to nothing, as most do. */
  subscriptions: Set<string> | undefined;
  bytes: number;
}

const ORDER_MILLIS = 1_000;

/** Sessions in the memory of this process. */
export class MemorySessionRecords implements SessionRecords {
  readonly #entries = new Map<string, Entry>();
  readonly #order = new UseOrder();
  readonly #shares = new Map<string, UseOrder>();
  /** Who listens to each URI. */
  readonly #subscribers = new Map<string, Set<string>>();
  readonly #bounds: SessionBounds;

  constructor(bounds: Partial<SessionBounds> = {}) {
    this.#bounds = { ...SESSION_BOUNDS, ...bounds };
  }

  async add(record: SessionRecord, inUseSince: number): Promise<AddedSession> {
    const { maxSessions, maxPerShare } = this.#bounds;
    const ended: EndedSession[] = [];
    const share = this.#shares.get(record.owner.share);
    if (share !== undefined && share.size >= maxPerShare && !this.#makeRoom(share, inUseSince, ended)) {
      return { ok: false, full: 'share' };
    }
    if (this.#entries.size >= maxSessions && !this.#makeRoom(this.#order, inUseSince, ended)) {
      return { ok: false, full: 'table' };
    }
    this.#entries.set(record.id, { record, subscriptions: undefined, bytes: stateBytes(record) });
    this.#noteUse(record);
    return { ok: true, ended };
  }

  async find({ id, principal }: SessionKey): Promise<SessionRecord | undefined> {
    const record = this.#entries.get(id)?.record;
    return record?.owner.principal === principal ? record : undefined;
  }

  use(key: SessionKey, now: number): SessionRecord | undefined {
    const entry = this.#entries.get(key.id);
    if (entry === undefined || entry.record.owner.principal !== key.principal) {
      return undefined;
    }
    // The order is that of last use, to the second: a busy session need not move with every request.
    if (!entry.record.isUsed || now - entry.record.lastUsedAt >= ORDER_MILLIS) {
      entry.record = { ...entry.record, isUsed: true, lastUsedAt: now };
      this.#noteUse(entry.record);
    }
    return entry.record;
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

  async subscribe(id: string, uri: string): Promise<SubscriptionOutcome> {
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      return 'no-session';
    }
    if (entry.subscriptions?.has(uri) === true) {
      return 'known';
    }
    const bytes = entry.bytes + keptBytes(uri);
    if (bytes > this.#bounds.maxStateBytes) {
      return 'full';
    }
    entry.bytes = bytes;
    this.#noteSubscriber(id, uri);
    return 'new';
  }

  async unsubscribe(id: string, uri: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry?.subscriptions?.delete(uri) === true) {
      entry.bytes -= keptBytes(uri);
      this.#forgetSubscriber(id, uri);
    }
  }

  async subscribersOf(uri: string): Promise<readonly string[]> {
    return [...(this.#subscribers.get(uri) ?? [])];
  }

  async subscribedUris(): Promise<readonly string[]> {
    return [...this.#subscribers.keys()];
  }

  async end(id: string): Promise<EndedSession | undefined> {
    return this.#remove(id)[0];
  }

  async endIdle(deadline: number): Promise<readonly EndedSession[]> {
    const idle = [...this.#entries.values()].filter(({ record }) => record.lastUsedAt <= deadline);
    return idle.flatMap(({ record }) => this.#remove(record.id));
  }

  async close(): Promise<readonly EndedSession[]> {
    return [...this.#entries.keys()].flatMap((id) => this.#remove(id));
  }

  /** Ids of all sessions, in the order of their coming. */
  ids(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** A session with what it listens to, as it is kept. */
  kept(id: string): EndedSession | undefined {
    const entry = this.#entries.get(id);
    return entry && { record: entry.record, subscriptions: [...(entry.subscriptions ?? [])] };
  }

  /** Keeps a session as another store has it. Where there is no room the one that gives way first is forgotten. */
  keep({ record, subscriptions }: EndedSession): void {
    this.#remove(record.id);
    const first = this.#entries.size >= this.#bounds.maxSessions ? this.#order.first(Infinity) : undefined;
    if (first !== undefined) {
      this.#remove(first);
    }
    const uriBytes = subscriptions.reduce((bytes, uri) => bytes + keptBytes(uri), 0);
    this.#entries.set(record.id, { record, subscriptions: undefined, bytes: stateBytes(record) + uriBytes });
    this.#noteUse(record);
    subscriptions.forEach((uri) => this.#noteSubscriber(record.id, uri));
  }

  /** @returns False where every session of that order is in use. */
  #makeRoom(order: UseOrder, inUseSince: number, ended: EndedSession[]): boolean {
    const id = order.first(inUseSince);
    if (id === undefined) {
      return false;
    }
    ended.push(...this.#remove(id));
    return true;
  }

  #noteUse(record: SessionRecord): void {
    const { share } = record.owner;
    let order = this.#shares.get(share);
    if (order === undefined) {
      order = new UseOrder();
      this.#shares.set(share, order);
    }
    order.put(record);
    this.#order.put(record);
  }

  #remove(id: string): readonly EndedSession[] {
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      return [];
    }
    const { record, subscriptions } = entry;
    const { share } = record.owner;
    this.#entries.delete(id);
    this.#order.delete(id);
    this.#shares.get(share)?.delete(id);
    if (this.#shares.get(share)?.size === 0) {
      this.#shares.delete(share);
    }
    subscriptions?.forEach((uri) => this.#forgetSubscriber(id, uri));
    return [{ record, subscriptions: [...(subscriptions ?? [])] }];
  }

  #noteSubscriber(id: string, uri: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) {
      (entry.subscriptions ??= new Set()).add(uri);
      const subscribers = this.#subscribers.get(uri) ?? new Set();
      this.#subscribers.set(uri, subscribers.add(id));
    }
  }

  #forgetSubscriber(id: string, uri: string): void {
    const subscribers = this.#subscribers.get(uri);
    subscribers?.delete(id);
    if (subscribers?.size === 0) {
      this.#subscribers.delete(uri);
    }
  }
}
