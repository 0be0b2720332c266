import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import { redisSettingsOf } from '../config/redis/redis-settings.ts';
import type { Approvals } from '../governance/approvals/approvals.ts';
import { JoinedApprovals } from './redis/approvals/joined-approvals.ts';
import { RedisApprovals } from './redis/approvals/redis-approvals.ts';
import { openRedisLink } from './redis/link/open-redis-link.ts';

/** A ledger, and what ends the connection to it. */
interface OpenedApprovals {
  readonly approvals: Approvals;
  readonly close: () => void;
}

/**
 * The ledger that gateways of that configuration go by.
 *
 * @throws {Error} When they share one and it can't be reached: what was decided alone would not hold.
 */
export async function openSharedApprovals(config: GatewayConfig, local: Approvals): Promise<OpenedApprovals> {
  const settings = redisSettingsOf(config);
  if (settings === undefined) {
    return { approvals: local, close: () => undefined };
  }
  const { link, tried } = openRedisLink({ ...settings, onChange: silent, onRefused: silent, onError: silent });
  await tried;
  const { isUp, reason } = link.status();
  if (!isUp) {
    link.close();
    throw new Error(
      `approvals are in Redis, which can't be reached (${reason}); start it, or correct DCC_MCP_REDIS_URL`,
    );
  }
  return {
    approvals: new JoinedApprovals({ link, remote: new RedisApprovals(link), local }),
    close: () => link.close(),
  };
}

/** A command says what went wrong by itself. */
function silent(): void {}
