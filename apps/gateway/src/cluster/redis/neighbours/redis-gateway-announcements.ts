import { hash, randomBytes } from 'node:crypto';
import { readAnnouncement } from '../../../registry/announced/announcement-text.ts';
import {
  ANNOUNCED_MILLIS,
  type GatewayAnnouncement,
  type GatewayAnnouncements,
  MAX_ANNOUNCED,
} from '../../../registry/announced/gateway-announcements.ts';
import { skewOf, toList } from '../joined/replies.ts';
import { type RedisLink, slotTag } from '../link/redis-link.ts';

/** What of all gateways is read; further ones are not seen. */
const MAX_GATEWAYS = 1_000;
/** Outlives every announcement; the last gateway that leaves leaves nothing for longer. */
const KEEP_MILLIS = 60_000;
const SECRET_MILLIS = 60 * 60_000;
/** How long what was known before Redis was away is believed after it is back: all say again by then what they have. */
const RETURN_MILLIS = 6_000;
/** Nobody waits for it. */
const DEADLINE = { deadlineMillis: 1_000 };

interface Known {
  readonly revision: string;
  readonly announcement: GatewayAnnouncement;
}

/**
 * What gateways say of themselves, in Redis: a sorted set of `address revision` by the end of each, and a text for each,
 * which is read when its revision is a new one. While Redis is away what was known last holds.
 */
export class RedisGatewayAnnouncements implements GatewayAnnouncements {
  readonly #link: RedisLink;
  readonly #now: () => number;
  #known: ReadonlyMap<string, Known> = new Map();
  #member: string | undefined;
  #secret: string | undefined;
  /** How far the clock of Redis is ahead: gateways go by that one. */
  #skewMillis = 0;
  #believedUntil = 0;

  /** @param now Epoch milliseconds. */
  constructor(link: RedisLink, now: () => number) {
    this.#link = link;
    this.#now = now;
    link.onUp(() => (this.#believedUntil = now() + RETURN_MILLIS));
  }

  async announce(announcement: GatewayAnnouncement): Promise<void> {
    await this.#unlessAway(async () => {
      const { address } = announcement;
      const instances = announcement.instances.slice(0, MAX_ANNOUNCED);
      const text = JSON.stringify({ ...announcement, instances });
      const member = `${address} ${hash('sha1', text).slice(0, 16)}`;
      const before = this.#member === undefined || this.#member === member ? [] : [['ZREM', this.#key, this.#member]];
      const until = this.#now() + this.#skewMillis + ANNOUNCED_MILLIS;
      await this.#link.pipeline(
        [
          ['SET', this.#keyOf(address), text, 'PX', String(KEEP_MILLIS)],
          ...before,
          ['ZADD', this.#key, String(until), member],
          ['ZREMRANGEBYSCORE', this.#key, '-inf', String(until - ANNOUNCED_MILLIS)],
          ['PEXPIRE', this.#key, String(KEEP_MILLIS)],
        ],
        DEADLINE,
      );
      this.#member = member;
    });
  }

  async withdraw(address: string): Promise<void> {
    const member = this.#member;
    this.#member = undefined;
    await this.#unlessAway(async () => {
      const gone = member === undefined ? [] : [['ZREM', this.#key, member]];
      await this.#link.pipeline([...gone, ['DEL', this.#keyOf(address)]], DEADLINE);
    });
  }

  async list(): Promise<readonly GatewayAnnouncement[]> {
    await this.#unlessAway(() => this.#read());
    return [...this.#known.values()]
      .map(({ announcement }) => announcement)
      .toSorted((one, other) => (one.address < other.address ? -1 : 1));
  }

  async secret(): Promise<string | undefined> {
    await this.#unlessAway(async () => {
      const own = this.#secret ?? randomBytes(32).toString('base64url');
      const key = this.#keyOf('secret');
      const lives = ['PEXPIRE', key, String(SECRET_MILLIS)];
      const set = ['SET', key, own, 'NX', 'GET', 'PX', String(SECRET_MILLIS)];
      const [there] = await this.#link.pipeline([set, lives], DEADLINE);
      this.#secret = typeof there === 'string' && there.length >= own.length ? there : own;
    });
    return this.#secret;
  }

  async #read(): Promise<void> {
    const asked = this.#now();
    const range = ['ZRANGE', this.#key, '+inf', '-inf', 'BYSCORE', 'REV', 'LIMIT', '0', String(MAX_GATEWAYS)];
    const [time, said] = await this.#link.pipeline([['TIME'], [...range, 'WITHSCORES']], DEADLINE);
    this.#skewMillis = skewOf(time, (asked + this.#now()) / 2) ?? this.#skewMillis;
    const now = this.#now() + this.#skewMillis;
    const members = toMembers(said).filter(({ until }) => until > now);
    const read = await Promise.all(members.map((member) => this.#readOne(member)));
    const fresh = new Map(read.flatMap((each) => (each === undefined ? [] : [[each.announcement.address, each]])));
    const isBelieved = this.#now() < this.#believedUntil;
    this.#known = isBelieved ? new Map([...this.#known, ...fresh]) : fresh;
  }

  async #readOne({ address, revision }: Member): Promise<Known | undefined> {
    const known = this.#known.get(address);
    if (known?.revision === revision) {
      return known;
    }
    const text = await this.#link.send(['GET', this.#keyOf(address)], DEADLINE);
    const announcement = typeof text === 'string' ? readAnnouncement(text) : undefined;
    return announcement?.address === address ? { revision, announcement } : undefined;
  }

  get #key(): string {
    return this.#keyOf('said');
  }

  #keyOf(name: string): string {
    return this.#link.key(slotTag('neighbours'), name);
  }

  /** @throws {unknown} What is not because Redis is away. */
  async #unlessAway(work: () => Promise<void>): Promise<void> {
    if (!this.#link.isUp) {
      return;
    }
    try {
      await work();
    } catch (error) {
      if (this.#link.isUp) {
        throw error;
      }
    }
  }
}

interface Member {
  readonly address: string;
  readonly revision: string;
  /** By the clock of Redis. */
  readonly until: number;
}

/** Reads members with their scores; what is none of ours is left out. */
function toMembers(said: unknown): readonly Member[] {
  return toList(said).flatMap((pair) => {
    const [member, until] = toList(pair);
    const [, address = '', revision = ''] = /^([0-9a-f-]{1,64}) ([0-9a-f]{16})$/.exec(String(member)) ?? [];
    return address === '' ? [] : [{ address, revision, until: Number(until) }];
  });
}
