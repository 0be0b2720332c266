import type {
  AddedSession,
  EndedSession,
  SessionBounds,
  SessionKey,
  SessionRecord,
  SessionRecords,
  SubscriptionOutcome,
} from '../../../mcp/session/session-records.ts';
import { SESSION_BOUNDS } from '../../../mcp/session/session-state.ts';
import { keptBytes } from '../../../protocol/kept-bytes.ts';
import { toFields, toList, toPresent, toTexts } from '../joined/replies.ts';
import { type RedisLink, type RedisScript, slotTag } from '../link/redis-link.ts';
import { escapeUri, toSession, toSessionFields, toShareName, unescapeUri } from './session-fields.ts';
import {
  ADD_SESSION,
  END_IDLE_SESSIONS,
  END_SESSION,
  READ_SESSION,
  SET_SESSION_FIELD,
  SUBSCRIBE_SESSION,
  UNSUBSCRIBE_SESSION,
} from './session-scripts.ts';

/** What Redis knows of a session, and of itself. */
export interface SessionReading {
  /** As `JoinedRoom` has it. */
  readonly epoch: string | undefined;
  /** `other`: it is somebody else's. */
  readonly found: EndedSession | 'none' | 'other';
}

/** What {@link RedisSessionRecords} are made of. */
export interface RedisSessionOptions {
  readonly link: RedisLink;
  readonly bounds?: Partial<SessionBounds>;
  /** Told to the other gateways with what this one changes. */
  readonly gatewayId: string;
}

/** The part of the keys that puts all sessions into one slot. */
export const SESSIONS = 'sessions';
/** Longer than an idle session lives: only sessions that no gateway looks after end so. */
const TTL_MILLIS = 45 * 60_000;
const IDLE_PAGE = 100;
const URI_PAGE = 1_000;

/** Sessions in Redis, and nowhere else. @throws {RedisUnavailable} From each method. */
export class RedisSessionRecords implements SessionRecords {
  /** Where changes are told: `ended ID`, `changed ID GATEWAY`. */
  readonly channel: string;
  readonly #link: RedisLink;
  readonly #gatewayId: string;
  readonly #prefix: string;
  readonly #bounds: SessionBounds;

  constructor({ link, bounds, gatewayId }: RedisSessionOptions) {
    this.#link = link;
    this.#gatewayId = gatewayId;
    this.#bounds = { ...SESSION_BOUNDS, ...bounds };
    this.#prefix = `${link.key(slotTag(SESSIONS))}:`;
    this.channel = link.key(SESSIONS, 'changes');
  }

  add(record: SessionRecord, inUseSince: number): Promise<AddedSession> {
    return this.put({ record, subscriptions: [] }, inUseSince);
  }

  /** Adds a session with what it listens to, in the place of what is known of it. */
  async put(session: EndedSession, inUseSince: number): Promise<AddedSession> {
    const { id, owner, isUsed, lastUsedAt } = session.record;
    const { maxSessions, maxPerShare } = this.#bounds;
    const bounds = [maxSessions, maxPerShare, inUseSince, TTL_MILLIS].map(String);
    const use = [isUsed ? '1' : '0', String(lastUsedAt)];
    const told = [this.channel, id, toShareName(owner), ...bounds, ...use, ...toSessionFields(session)];
    const [word, ...ended] = toList(await this.#run(ADD_SESSION, told));
    return word === 'ok'
      ? { ok: true, ended: toEnded(ended) }
      : { ok: false, full: word === 'share' ? 'share' : 'table' };
  }

  async find(key: SessionKey): Promise<SessionRecord | undefined> {
    return recordOf(await this.look(key));
  }

  async use(key: SessionKey, now: number): Promise<SessionRecord | undefined> {
    return recordOf(await this.look(key, now));
  }

  /** The session of that key; marked as used at `usedAt` where that is given. */
  async look({ id, principal }: SessionKey, usedAt?: number): Promise<SessionReading> {
    const args = [id, toPresent(principal), usedAt === undefined ? '' : String(usedAt), String(TTL_MILLIS)];
    const [epoch, found] = toList(await this.#run(READ_SESSION, args));
    const session = found === 'none' || found === 'other' ? found : (toSession(toFields(found)) ?? 'none');
    return { epoch: typeof epoch === 'string' ? epoch : undefined, found: session };
  }

  async read(ids: readonly string[]): Promise<readonly SessionRecord[]> {
    const fields = ['record', 'logLevel', 'lastUsedAt', 'isUsed'];
    const rows = await this.#link.pipeline(ids.map((id) => ['HMGET', `${this.#prefix}record:${id}`, ...fields]));
    return rows.flatMap((row) => {
      const values = toList(row);
      const named = fields.flatMap((field, i): [string, string][] =>
        typeof values[i] === 'string' ? [[field, values[i]]] : [],
      );
      return toSession(new Map(named))?.record ?? [];
    });
  }

  async setLogLevel(id: string, level: string): Promise<void> {
    await this.#run(SET_SESSION_FIELD, [this.channel, id, this.#gatewayId, 'logLevel', level]);
  }

  async subscribe(id: string, uri: string): Promise<SubscriptionOutcome> {
    const args = [this.channel, id, this.#gatewayId, escapeUri(uri), String(keptBytes(uri))];
    const bounds = [String(this.#bounds.maxStateBytes), String(TTL_MILLIS)];
    const outcome = await this.#run(SUBSCRIBE_SESSION, [...args, ...bounds]);
    return outcome === 'new' || outcome === 'known' || outcome === 'full' ? outcome : 'no-session';
  }

  async unsubscribe(id: string, uri: string): Promise<void> {
    const args = [this.channel, id, this.#gatewayId, escapeUri(uri), String(keptBytes(uri))];
    await this.#run(UNSUBSCRIBE_SESSION, args);
  }

  async subscribersOf(uri: string): Promise<readonly string[]> {
    const begin = `${escapeUri(uri)}\0`;
    const members = await this.#subscriptions(`[${begin}`, `(${escapeUri(uri)}\u0001`, this.#bounds.maxSessions);
    return members.map((member) => member.slice(begin.length));
  }

  /** Page by page: between two of them others may come and go. */
  async subscribedUris(): Promise<readonly string[]> {
    const uris = new Set<string>();
    let from = '-';
    for (;;) {
      const members = await this.#subscriptions(from, '+', URI_PAGE);
      const last = members.at(-1);
      members.forEach((member) => uris.add(unescapeUri(uriOf(member))));
      if (last === undefined) {
        return [...uris];
      }
      // Behind all who listen to the last one.
      from = `[${uriOf(last)}\u0001`;
    }
  }

  async end(id: string): Promise<EndedSession | undefined> {
    return toEnded([await this.#run(END_SESSION, [this.channel, id])])[0];
  }

  async endIdle(deadline: number): Promise<readonly EndedSession[]> {
    const ended: EndedSession[] = [];
    for (;;) {
      const args = [this.channel, String(deadline), String(IDLE_PAGE), String(TTL_MILLIS)];
      const page = toList(await this.#run(END_IDLE_SESSIONS, args));
      ended.push(...toEnded(page));
      if (page.length < IDLE_PAGE) {
        return ended;
      }
    }
  }

  async close(): Promise<readonly EndedSession[]> {
    return [];
  }

  async #subscriptions(from: string, to: string, limit: number): Promise<readonly string[]> {
    const key = `${this.#prefix}subscriptions`;
    return toTexts(await this.#link.send(['ZRANGEBYLEX', key, from, to, 'LIMIT', '0', String(limit)]));
  }

  #run(script: RedisScript, args: readonly string[]): Promise<unknown> {
    return this.#link.run(script, [this.#prefix], args);
  }
}

function recordOf({ found }: SessionReading): SessionRecord | undefined {
  return typeof found === 'string' ? undefined : found.record;
}

function toEnded(replies: readonly unknown[]): readonly EndedSession[] {
  return replies.flatMap((reply) => toSession(toFields(reply)) ?? []);
}

function uriOf(member: string): string {
  return member.slice(0, member.indexOf('\0'));
}
