import type { RedisLink } from '../link/redis-link.ts';
import { redisScript } from '../link/redis-script.ts';

// Keys, behind the prefix of KEYS[1]:
//   janitor  hash: who holds the lock, and by which token; goes by itself
//   fence    the last token that was given
const LOCK = `
local lock, fence = KEYS[1] .. 'janitor', KEYS[1] .. 'fence'
local function isHeld(token) return redis.call('HGET', lock, 'token') == token end
`;

/** ARGV: who, milliseconds. Gives a token that is above all before it, or 0 where somebody holds the lock. */
const ACQUIRE = redisScript(`${LOCK}
if redis.call('EXISTS', lock) == 1 then return 0 end
local token = redis.call('INCR', fence)
redis.call('PEXPIRE', fence, 2592000000)
redis.call('HSET', lock, 'holder', ARGV[1], 'token', token)
redis.call('PEXPIRE', lock, ARGV[2])
return token`);

/** ARGV: token, milliseconds. */
const RENEW = redisScript(`${LOCK}
if not isHeld(ARGV[1]) then return 0 end
return redis.call('PEXPIRE', lock, ARGV[2])`);

/** ARGV: token. */
const RELEASE = redisScript(`${LOCK}
if not isHeld(ARGV[1]) then return 0 end
return redis.call('DEL', lock)`);

/** Begins a script on the keys of a lock (KEYS[1] is their prefix) whose last argument is the token of whoever writes. Gives -1 to one that is old. */
export const FENCE: string = `${LOCK}
if not isHeld(ARGV[#ARGV]) then return -1 end
`;

/** What {@link FencedLock} is made of. */
export interface LockOptions {
  readonly link: RedisLink;
  /** Begins the keys of the lock and of all that is written under it; they are of one slot. */
  readonly prefix: string;
  /** Names who asks. */
  readonly id: string;
  /** After which a lock that is not renewed is free. */
  readonly millis: number;
}

/**
 * A lock of one Redis that gives each holder a token above all before it, in the step that takes it. A holder that was
 * asleep for longer than it thinks writes nothing: what it writes carries its token, and an old one is refused. Every
 * method throws `RedisUnavailable` where Redis is away.
 */
export class FencedLock {
  readonly #options: LockOptions;

  constructor(options: LockOptions) {
    this.#options = options;
  }

  /** @returns The token, or `undefined` where somebody holds it. */
  async acquire(): Promise<string | undefined> {
    const { link, prefix, id, millis } = this.#options;
    const token = await link.run(ACQUIRE, [prefix], [id, String(millis)]);
    return token === 0 ? undefined : String(token);
  }

  /** @returns Whether it is still held by that token. */
  async renew(token: string): Promise<boolean> {
    const { link, prefix, millis } = this.#options;
    return (await link.run(RENEW, [prefix], [token, String(millis)])) === 1;
  }

  /** Gives it back where it is still held by that token. */
  async release(token: string): Promise<void> {
    await this.#options.link.run(RELEASE, [this.#options.prefix], [token]);
  }
}
