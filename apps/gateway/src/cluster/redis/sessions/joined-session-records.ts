import { MemorySessionRecords } from '../../../mcp/session/memory-session-records.ts';
import type {
  AddedSession,
  EndedSession,
  SessionBounds,
  SessionKey,
  SessionRecord,
  SessionRecords,
  SubscriptionOutcome,
} from '../../../mcp/session/session-records.ts';
import { ERROR_SERVER, McpError } from '../../../protocol/mcp-protocol.ts';
import { JoinedRoom } from '../joined/joined-room.ts';
import type { RedisLink } from '../link/redis-link.ts';
import { RedisSessionRecords, SESSIONS } from './redis-session-records.ts';
import { UnsharedSessions } from './unshared-sessions.ts';

/** What {@link JoinedSessionRecords} are made of. */
export interface JoinedSessionOptions {
  readonly link: RedisLink;
  readonly gatewayId: string;
  readonly bounds?: Partial<SessionBounds>;
  readonly onError: (error: unknown) => void;
}

/** Sessions that are known to have ended: more than can end while one is read. */
const MAX_LAST_ENDED = 1_000;

/**
 * Sessions that all gateways of one Redis serve. What this gateway has served it knows by heart, and asks nobody before it
 * serves it again: Redis hears of a use once a second, and tells who has ended or changed a session elsewhere.
 *
 * While Redis is away the known sessions go on, with what changes in them, and new ones are kept here. Both are given to
 * Redis when it is back. A session that only others can know is not unknown then: it can't be served now (503).
 */
export class JoinedSessionRecords implements SessionRecords {
  readonly #local: MemorySessionRecords;
  readonly #remote: RedisSessionRecords;
  readonly #room: JoinedRoom;
  readonly #options: JoinedSessionOptions;
  readonly #stopListening: () => void;
  /** What Redis does not know of them. */
  readonly #unshared = new UnsharedSessions();
  /** Sessions that Redis is asked for before they are served again. */
  readonly #doubted = new Set<string>();
  /** Those that ended last: Redis may have been asked for one before that, and its answer come after the word of the end. */
  readonly #lastEnded = new Set<string>();
  /** Sessions of clients on the standard streams of this process. */
  readonly #piped = new Set<string>();

  constructor(options: JoinedSessionOptions) {
    const { link, bounds, onError } = options;
    this.#options = options;
    this.#local = new MemorySessionRecords(bounds);
    this.#remote = new RedisSessionRecords(options);
    this.#stopListening = link.subscribe(this.#remote.channel, (message) => this.#hear(message));
    this.#room = new JoinedRoom({
      link,
      name: SESSIONS,
      share: (hasLost) => this.#share(hasLost),
      isAhead: () => this.#unshared.isAny,
      onError,
    });
  }

  /** Resolves when what this gateway has is shared, or Redis turned out to be away: with false. */
  whenJoined(): Promise<boolean> {
    return this.#room.join();
  }

  async add(record: SessionRecord, inUseSince: number): Promise<AddedSession> {
    if (record.transport === 'stdio') {
      this.#piped.add(record.id);
    }
    return this.#room.run(
      async () => {
        const added = await this.#remote.add(record, inUseSince);
        if (added.ok) {
          this.#local.keep({ record, subscriptions: [] });
          added.ended.forEach((ended) => this.#forget(ended.record.id));
        }
        return added;
      },
      async () => {
        const added = await this.#local.add(record, inUseSince);
        if (added.ok) {
          this.#unshared.noteNew(record.id);
          added.ended.forEach((ended) => this.#noteEnd(ended));
        }
        return added;
      },
    );
  }

  async find(key: SessionKey): Promise<SessionRecord | undefined> {
    return (this.#isTrusted(key.id) ? await this.#local.find(key) : undefined) ?? this.#look(key);
  }

  async use(key: SessionKey, now: number): Promise<SessionRecord | undefined> {
    const before = this.#isTrusted(key.id) ? await this.#local.find(key) : undefined;
    if (before === undefined) {
      return this.#look(key, now);
    }
    const record = this.#local.use(key, now);
    if (record !== before && this.#room.isJoined) {
      // Nobody waits for it, and it tells whether the session is there still.
      void this.#look(key, now).catch(this.#options.onError);
    }
    return record;
  }

  async read(ids: readonly string[]): Promise<readonly SessionRecord[]> {
    return this.#room.run(
      () => this.#remote.read(ids),
      () => this.#local.read(ids),
    );
  }

  async setLogLevel(id: string, level: string): Promise<void> {
    await this.#local.setLogLevel(id, level);
    await this.#change(id, () => this.#remote.setLogLevel(id, level));
  }

  async subscribe(id: string, uri: string): Promise<SubscriptionOutcome> {
    return this.#run(
      id,
      async () => {
        const outcome = await this.#remote.subscribe(id, uri);
        if (outcome === 'new' || outcome === 'known') {
          await this.#local.subscribe(id, uri);
        }
        return outcome;
      },
      async () => {
        this.#noteChange(id);
        return this.#local.subscribe(id, uri);
      },
    );
  }

  async unsubscribe(id: string, uri: string): Promise<void> {
    await this.#local.unsubscribe(id, uri);
    await this.#change(id, () => this.#remote.unsubscribe(id, uri));
  }

  async subscribersOf(uri: string): Promise<readonly string[]> {
    return this.#room.run(
      () => this.#remote.subscribersOf(uri),
      () => this.#local.subscribersOf(uri),
    );
  }

  async subscribedUris(): Promise<readonly string[]> {
    return this.#room.run(
      () => this.#remote.subscribedUris(),
      () => this.#local.subscribedUris(),
    );
  }

  async end(id: string): Promise<EndedSession | undefined> {
    const ended = await this.#run(
      id,
      () => this.#remote.end(id),
      async () => {
        const known = await this.#local.end(id);
        if (known !== undefined) {
          this.#noteEnd(known);
        }
        return known;
      },
    );
    this.#forget(id);
    return ended;
  }

  async endIdle(deadline: number): Promise<readonly EndedSession[]> {
    // Here they are forgotten; it may be that another gateway serves them.
    const idle = await this.#local.endIdle(deadline);
    const here = idle.filter(({ record }) => this.#unshared.isAlone(record.id));
    idle.forEach(({ record }) => this.#forget(record.id));
    const ended = await this.#room.run(
      () => this.#remote.endIdle(deadline),
      async () => [],
    );
    ended.forEach(({ record }) => this.#forget(record.id));
    return [...here, ...ended];
  }

  async close(): Promise<readonly EndedSession[]> {
    const ids = new Set([...this.#piped, ...this.#unshared.alone()]);
    const ended = await Promise.all([...ids].map((id) => this.end(id)));
    this.#room.close();
    this.#stopListening();
    return ended.filter((session) => session !== undefined);
  }

  /** Whether a session that is known here may be served as it is. */
  #isTrusted(id: string): boolean {
    return !this.#room.isJoined || !this.#doubted.has(id) || this.#unshared.isAlone(id);
  }

  /** What concerns one session happens where it is. */
  #run<T>(id: string, remote: () => Promise<T>, local: () => Promise<T>): Promise<T> {
    return this.#unshared.isAlone(id) ? local() : this.#room.run(remote, local);
  }

  /** Reads the session where all see it, and keeps it. */
  #look(key: SessionKey, usedAt?: number): Promise<SessionRecord | undefined> {
    return this.#run(
      key.id,
      async () => {
        const { epoch, found } = await this.#remote.look(key, usedAt);
        if (found === 'other') {
          return undefined;
        }
        if (found !== 'none' && this.#lastEnded.has(key.id)) {
          return undefined;
        }
        if (found !== 'none') {
          this.#keep(found);
          return found.record;
        }
        if (epoch !== this.#room.epoch && this.#local.kept(key.id) !== undefined) {
          await this.#room.rejoin();
          return this.#lookHere(key, usedAt);
        }
        this.#forget(key.id);
        return undefined;
      },
      () => this.#lookHere(key, usedAt),
    );
  }

  /** @throws {McpError} 503 where it may be a session of another gateway. */
  async #lookHere(key: SessionKey, usedAt?: number): Promise<SessionRecord | undefined> {
    if (this.#local.kept(key.id) === undefined && !this.#unshared.hasEnded(key.id)) {
      const message =
        'The session is not known to this gateway, and the store it shares with others is away: try again';
      throw new McpError(ERROR_SERVER, message, { httpStatus: 503, retryAfterSeconds: 1 });
    }
    return usedAt === undefined ? this.#local.find(key) : this.#local.use(key, usedAt);
  }

  /** What was used here since Redis was asked stays so. */
  #keep(found: EndedSession): void {
    const { id, isUsed, lastUsedAt } = found.record;
    const known = this.#local.kept(id)?.record;
    const use = { isUsed: isUsed || known?.isUsed === true, lastUsedAt: Math.max(lastUsedAt, known?.lastUsedAt ?? 0) };
    this.#local.keep({ ...found, record: { ...found.record, ...use } });
    this.#doubted.delete(id);
  }

  async #change(id: string, remote: () => Promise<void>): Promise<void> {
    await this.#run(id, remote, async () => this.#noteChange(id));
  }

  #noteChange(id: string): void {
    if (this.#local.kept(id) !== undefined) {
      this.#unshared.noteChange(id);
    }
  }

  #noteEnd({ record: { id } }: EndedSession): void {
    this.#unshared.noteEnd(id);
    this.#forget(id);
  }

  #forget(id: string): void {
    void this.#local.end(id);
    this.#unshared.forget(id);
    this.#doubted.delete(id);
    this.#piped.delete(id);
  }

  #noteEnded(id: string): void {
    this.#lastEnded.add(id);
    const [oldest = ''] = this.#lastEnded.size > MAX_LAST_ENDED ? this.#lastEnded : [];
    this.#lastEnded.delete(oldest);
  }

  /** What another gateway did. */
  #hear(message: string): void {
    const [what, id = '', gatewayId] = message.split(' ');
    if (what === 'ended') {
      this.#noteEnded(id);
      this.#forget(id);
    } else if (gatewayId !== this.#options.gatewayId && this.#local.kept(id) !== undefined) {
      this.#doubted.add(id);
    }
  }

  /** What is not written there now is asked for before it is served. */
  async #share(hasLost: boolean): Promise<void> {
    await this.#unshared.share(this.#local, this.#remote, hasLost);
    this.#doubted.clear();
    this.#local.ids().forEach((id) => this.#doubted.add(id));
  }
}
