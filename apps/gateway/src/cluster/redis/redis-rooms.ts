import type { SharedState } from '../shared-state.ts';
import { JoinedInputRounds } from './capped/joined-input-rounds.ts';
import { JoinedSearchMemory } from './capped/joined-search-memory.ts';
import { JoinedJobRecords } from './jobs/joined-job-records.ts';
import type { RedisLink } from './link/redis-link.ts';
import { JoinedRegisteredInstances } from './registry/joined-registered-instances.ts';
import { JoinedResourceOwners } from './resources/joined-resource-owners.ts';
import { JoinedSessionRecords } from './sessions/joined-session-records.ts';

/** What a gateway shares by rooms that go on without Redis. */
export interface RedisRooms extends Pick<
  SharedState,
  'sessions' | 'inputRounds' | 'resourceOwners' | 'searchMemory' | 'registeredInstances' | 'createJobRecords'
> {
  /** Resolves when each room has given Redis what it has, or Redis turned out to be away. Never rejects. */
  whenJoined(): Promise<void>;
  /** This gateway serves from now on, and takes its turns at cleaning up. Never rejects. */
  begin(): Promise<void>;
  /** Shares nothing any more. Sessions end by themselves. Never rejects. */
  close(): Promise<void>;
}

/** What {@link createRedisRooms} needs. */
export interface RedisRoomsOptions {
  readonly link: RedisLink;
  /** Names this gateway among those of its Redis. */
  readonly id: string;
  /** How far the clock of Redis, which all gateways go by, is ahead of the one of this machine. */
  readonly skewMillis: () => number;
  /** Told of what should not have been thrown. */
  readonly onError: (error: unknown) => void;
}

/** Sessions, jobs and what else gateways share, each in Redis while Redis is there. */
export function createRedisRooms({ link, id, skewMillis, onError }: RedisRoomsOptions): RedisRooms {
  const now = Date.now;
  const sessions = new JoinedSessionRecords({ link, gatewayId: id, onError });
  const inputRounds = new JoinedInputRounds({ link, onError });
  const resourceOwners = new JoinedResourceOwners({ link, onError });
  const registeredInstances = new JoinedRegisteredInstances({ link, id, now, skewMillis, onError });
  const rooms = [sessions, inputRounds, resourceOwners, registeredInstances];
  let jobs: JoinedJobRecords | undefined;
  return {
    sessions,
    inputRounds,
    resourceOwners,
    registeredInstances,
    searchMemory: new JoinedSearchMemory({ link, now }),
    createJobRecords: (bounds) => (jobs ??= new JoinedJobRecords({ ...bounds, link, now, onError })),
    whenJoined: async () => {
      await Promise.all([...rooms, ...(jobs === undefined ? [] : [jobs])].map((room) => room.whenJoined()));
    },
    begin: () => registeredInstances.clean(),
    close: async () => {
      [inputRounds, resourceOwners, jobs].forEach((room) => room?.close());
      await registeredInstances.close();
    },
  };
}
