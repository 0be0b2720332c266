import { RedisCallStore } from '@dcc-mcp/call-store/redis';
import type { SharedStore } from '../governance/shared-store.ts';
import { JoinedApprovals } from './redis/approvals/joined-approvals.ts';
import { RedisApprovals } from './redis/approvals/redis-approvals.ts';
import { GatewayRoster } from './redis/janitor/gateway-roster.ts';
import { JoinedLeases } from './redis/limits/joined-leases.ts';
import { JoinedQuotas } from './redis/limits/joined-quotas.ts';
import { RedisLeases } from './redis/limits/redis-leases.ts';
import { RedisQuotas } from './redis/limits/redis-quotas.ts';
import { type LinkStatus, type RedisLink, slotTag } from './redis/link/redis-link.ts';
import { RedisGatewayAnnouncements } from './redis/neighbours/redis-gateway-announcements.ts';
import { RedisGatewayMessages } from './redis/neighbours/redis-gateway-messages.ts';
import { createRedisRooms } from './redis/redis-rooms.ts';
import { createMemoryCallStore, type SharedState } from './shared-state.ts';

/** State that is shared with all gateways at one Redis. */
export interface RedisState extends SharedState {
  /** Resolves when what this gateway has is shared, or Redis turned out to be away. Never rejects. */
  whenJoined(): Promise<void>;
  /** This gateway serves from now on: it counts among the others, and may clean up for them. Never rejects. */
  begin(): Promise<void>;
  /** Leaves the other gateways. Never rejects. */
  close(): Promise<void>;
}

/** Who shares. */
export interface RedisStateOptions {
  /** Names this gateway among those of its Redis. */
  readonly id: string;
  /** Told of what should not have been thrown. */
  readonly onError: (error: unknown) => void;
}

/** State that gateways share by Redis, and `local` while it is away. */
export function createRedisState(link: RedisLink, local: SharedState, { id, onError }: RedisStateOptions): RedisState {
  const roster = new GatewayRoster({ link, id, now: Date.now });
  void roster.beat();
  const rooms = createRedisRooms({ link, id, skewMillis: () => roster.skewMillis, onError });
  return {
    ...local,
    ...rooms,
    approvals: new JoinedApprovals({ link, remote: new RedisApprovals(link), local: local.approvals }),
    createMessages: (onListenerError) => new RedisGatewayMessages(link, onListenerError),
    announcements: new RedisGatewayAnnouncements(link, Date.now),
    store: () => storeOf(link.status(), roster.known),
    ...limitsOf(link, local, roster),
    createCallStore: (options) =>
      new RedisCallStore(createMemoryCallStore(options), {
        ...options,
        commands: link,
        maxEntries: options.sharedRows,
        // One slot of a cluster, for several of these keys stand in one command.
        keyPrefix: link.key(slotTag('rows')),
        onDropped: options.onNotShared,
      }),
    begin: async () => {
      await Promise.all([roster.begin(), rooms.begin()]);
    },
    close: async () => {
      await rooms.close();
      await roster.close();
    },
  };
}

type Limits = Pick<SharedState, 'createQuotas' | 'createLeases'>;

function limitsOf(link: RedisLink, local: Limits, roster: GatewayRoster): Limits {
  return {
    createQuotas: (ratePerMinute, name) =>
      new JoinedQuotas({
        link,
        remote: new RedisQuotas(link, ratePerMinute, name),
        createLocal: () => local.createQuotas(roster.shareOf(ratePerMinute), name),
      }),
    createLeases: () =>
      new JoinedLeases({
        link,
        remote: new RedisLeases(link, () => roster.skewMillis),
        local: local.createLeases(),
        shareOf: (max) => roster.shareOf(max),
      }),
  };
}

function storeOf({ isUp, since, reason }: LinkStatus, gateways: number): SharedStore {
  return { name: 'redis', isUp, since, gateways, ...(reason !== undefined && { lastError: reason }) };
}
