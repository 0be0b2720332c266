import { RateLimiterRedis } from 'rate-limiter-flexible';
import { LimiterQuotas } from '../../../governance/limiter-quotas.ts';
import { QUOTA_WINDOW_SECS, type QuotaDecision } from '../../../governance/quotas.ts';
import type { RedisLink, RedisScript } from '../link/redis-link.ts';
import { redisScript } from '../link/redis-script.ts';
import { principalPart } from './key-part.ts';

/** What a limiter asks of a client. */
interface LimiterCall {
  readonly keys: readonly string[];
  readonly arguments: readonly string[];
}

/** Quotas that all gateways at one Redis count together. Throws `RedisUnavailable` where it is away. */
export class RedisQuotas extends LimiterQuotas {
  constructor(link: RedisLink, ratePerMinute: number, name: string) {
    const scripts = new Map<string, RedisScript>();
    const scriptOf = (text: string): RedisScript => {
      const known = scripts.get(text) ?? redisScript(text);
      scripts.set(text, known);
      return known;
    };
    super(
      new RateLimiterRedis({
        points: ratePerMinute,
        duration: QUOTA_WINDOW_SECS,
        keyPrefix: link.key('quota', name),
        useRedisPackage: true,
        storeClient: {
          eval: (text: string, { keys, arguments: values }: LimiterCall) => link.run(scriptOf(text), keys, values),
        },
      }),
    );
  }

  override consume(principal: string): Promise<QuotaDecision> {
    return super.consume(principalPart(principal));
  }
}
