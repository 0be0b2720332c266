import { randomUUID } from 'node:crypto';
import type { Approvals } from '../../../governance/approvals/approvals.ts';
import { parseLedger, serializeLedger } from '../../../governance/approvals/ledger-text.ts';
import { EMPTY_LEDGER, type Ledger } from '../../../governance/approvals/ledger.ts';
import { toList } from '../joined/replies.ts';
import type { RedisLink } from '../link/redis-link.ts';
import { redisScript } from '../link/redis-script.ts';

/** Writes a ledger where nobody has written another one since it was read. */
const COMPARE_AND_SET = redisScript(`
if (redis.call('HGET', KEYS[1], 'revision') or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'revision', ARGV[2], 'ledger', ARGV[3])
return 1`);

/** A ledger may be large, and no call waits for it. */
const DEADLINE = { deadlineMillis: 2_000 };
/** Others that write at the same time are gateways, each of which writes one after the other. */
const MAX_TRIES = 100;

interface Found {
  /** Empty where there is none yet. */
  readonly revision: string;
  readonly ledger: Ledger;
}

/** The ledger of all gateways at one Redis, which stays there. Throws `RedisUnavailable` where that is away. */
export class RedisApprovals implements Approvals {
  readonly #link: RedisLink;
  readonly #key: string;
  /** Changes of this gateway are made one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(link: RedisLink) {
    this.#link = link;
    this.#key = link.key('approvals');
  }

  async read(): Promise<Ledger> {
    return (await this.#find()).ledger;
  }

  update(change: (ledger: Ledger) => Ledger): Promise<Ledger> {
    const done = this.#last.then(() => this.#change(change));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async revision(): Promise<string> {
    const revision = await this.#link.send(['HGET', this.#key, 'revision']);
    return typeof revision === 'string' ? revision : '';
  }

  async #change(change: (ledger: Ledger) => Ledger): Promise<Ledger> {
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const { revision, ledger } = await this.#find();
      const next = change(ledger);
      const args = [revision, randomUUID(), serializeLedger(next)];
      if (next === ledger || (await this.#link.run(COMPARE_AND_SET, [this.#key], args)) === 1) {
        return next;
      }
    }
    throw new Error('approvals in Redis are changed all the time');
  }

  /** @throws {Error} For what is no ledger: nobody writes over it. */
  async #find(): Promise<Found> {
    const reply = await this.#link.send(['HMGET', this.#key, 'revision', 'ledger'], DEADLINE);
    const [revision, text] = toList(reply);
    if (typeof revision !== 'string' || typeof text !== 'string') {
      return { revision: '', ledger: EMPTY_LEDGER };
    }
    const ledger = parseLedger(text);
    if (ledger === undefined) {
      throw new Error(`approvals in Redis (${this.#key}) can't be understood`);
    }
    return { revision, ledger };
  }
}
