import type { InstanceOffer } from '../table/instance-offer.ts';
import { type Leave, LEAVES } from '../table/leave.ts';
import type { RegisteredInstance } from './registered-instances.ts';

/** What the table has, and what is registered. */
export interface Compared {
  /** The offers of the source when the store was asked. */
  readonly before: readonly InstanceOffer[];
  /** Those of now. */
  readonly current: readonly InstanceOffer[];
  /** What the store has answered. */
  readonly live: readonly RegisteredInstance[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** An instance that the store does not have any more. */
export interface GoneInstance {
  readonly instanceId: string;
  /** Absent where it was taken out at another gateway. */
  readonly leave: Leave | undefined;
}

/** What has changed in the store that the table does not know. */
export interface RegisteredChanges {
  readonly gone: readonly GoneInstance[];
  readonly news: readonly RegisteredInstance[];
}

/** Compares the store with the table. What has happened since the store was asked is news that its answer has not. */
export function compareRegistered({ before, current, live, now }: Compared): RegisteredChanges {
  const known = byInstance(before);
  const offered = byInstance(current);
  const registered = new Set(live.map(({ instanceId }) => instanceId));
  const gone = before.filter((offer) => {
    const { instanceId } = offer.settings;
    return offered.get(instanceId) === offer && !registered.has(instanceId);
  });
  return {
    gone: gone.map((offer) => ({ instanceId: offer.settings.instanceId, leave: leaveOf(offer, now) })),
    news: live.filter((instance) => {
      const offer = offered.get(instance.instanceId);
      return offer === undefined ? !known.has(instance.instanceId) : isLater(instance, offer);
    }),
  };
}

/** When the first of them is overdue, in epoch milliseconds. */
export function nextEndOf(live: readonly RegisteredInstance[]): number {
  return live.reduce((end, { heartbeatAt, ttlSecs }) => Math.min(end, heartbeatAt + ttlSecs * 1000), Infinity);
}

function byInstance(offers: readonly InstanceOffer[]): ReadonlyMap<string, InstanceOffer> {
  return new Map(offers.map((offer) => [offer.settings.instanceId, offer]));
}

function isLater({ heartbeatAt }: RegisteredInstance, { facts }: InstanceOffer): boolean {
  return heartbeatAt > (facts?.heartbeatAt ?? 0);
}

/** Silent for too long, or taken out at another gateway. */
function leaveOf({ facts: { heartbeatAt = 0, ttlSecs = 0 } = {} }: InstanceOffer, now: number): Leave | undefined {
  const isOverdue = now >= heartbeatAt + ttlSecs * 1000;
  return isOverdue ? LEAVES.missedHeartbeat(ttlSecs) : undefined;
}
