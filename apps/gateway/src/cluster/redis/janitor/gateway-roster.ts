import { skewOf } from '../joined/replies.ts';
import type { RedisLink } from '../link/redis-link.ts';

/** What a roster goes by. */
export interface RosterOptions {
  readonly link: RedisLink;
  /** Names this gateway. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** How often a gateway says that it is there. */
const BEAT_MILLIS = 3_000;
/** One that has not said so for so long is not there. */
const GONE_MILLIS = 10_000;
const KEEP_MILLIS = '60000';
/** Nobody waits for it. */
const DEADLINE = { deadlineMillis: 1_000 };

/** The gateways at one Redis: a sorted set of their ids by when each was last there. */
export class GatewayRoster {
  readonly #options: RosterOptions;
  readonly #key: string;
  readonly #stopListening: () => void;
  readonly #timer: NodeJS.Timeout;
  #known = 1;
  #skewMillis = 0;
  #isThere = false;

  constructor(options: RosterOptions) {
    this.#options = options;
    this.#key = options.link.key('gateways');
    this.#stopListening = options.link.onUp(() => void this.beat());
    this.#timer = setInterval(() => void this.beat(), BEAT_MILLIS).unref();
  }

  /** Gateways that were there, this one too, when Redis last said so. */
  get known(): number {
    return this.#known;
  }

  /** How far the clock of Redis, which all gateways go by, is ahead of the one of this machine. */
  get skewMillis(): number {
    return this.#skewMillis;
  }

  /** What of a limit over all gateways is this one's: at least 1. */
  shareOf(limit: number): number {
    return Math.max(1, Math.floor(limit / this.#known));
  }

  /** This gateway serves from now on, and counts. Never rejects. */
  begin(): Promise<void> {
    this.#isThere = true;
    return this.beat();
  }

  /** Says that this gateway is there, where it is, and looks who else is. Never rejects. */
  async beat(): Promise<void> {
    const { link, id, now } = this.#options;
    if (!link.isUp) {
      return;
    }
    try {
      const asked = now();
      const time = await link.send(['TIME'], DEADLINE);
      this.#skewMillis = skewOf(time, (asked + now()) / 2) ?? this.#skewMillis;
      const at = now() + this.#skewMillis;
      const [, , known] = await link.pipeline(
        [
          this.#isThere ? ['ZADD', this.#key, String(at), id] : ['PING'],
          ['ZREMRANGEBYSCORE', this.#key, '-inf', String(at - GONE_MILLIS)],
          ['ZCARD', this.#key],
          ['PEXPIRE', this.#key, KEEP_MILLIS],
        ],
        DEADLINE,
      );
      this.#known = Math.max(1, Number(known));
    } catch {
      // It went away meanwhile: what was known holds.
    }
  }

  /** Says that this gateway is there no more. Never rejects. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopListening();
    await this.#options.link.send(['ZREM', this.#key, this.#options.id]).catch(() => undefined);
  }
}
