import type { CallStore } from '@dcc-mcp/call-store';
import type { ConcurrencyLeases } from '../../../governance/concurrency-leases.ts';
import type { Quotas } from '../../../governance/quotas.ts';
import type { JobRecords } from '../../../jobs/job-records.ts';
import { onSessionsEnded } from '../../../mcp/session/session-messages.ts';
import type { EndedSession, SessionRecords } from '../../../mcp/session/session-records.ts';
import type { SharedState } from '../../shared-state.ts';
import type { Peer, Services } from '../channel/peer.ts';
import { CollectedRows, rowServices } from '../rows/collected-rows.ts';
import { type AskSuccesses, askingSearchMemory } from './asking-search-memory.ts';
import { endLostJobs } from './end-lost-jobs.ts';
import { servedPort } from './ports.ts';
import { servedApprovals } from './remote-approvals.ts';
import { servedSearchMemory } from './remote-search-memory.ts';
import { type DropCopies, toldSessions } from './told-sessions.ts';

/** How long workers are waited for that drop copies of a session, or tell of successes: one that hangs serves nobody. */
const ANSWER_MILLIS = 500;

export interface ServedStateOptions {
  readonly state: SharedState;
  /** The workers at this moment. */
  readonly peers: () => readonly Peer[];
  readonly onError: (error: unknown) => void;
  /** Milliseconds of the clock that this process shares with the workers. */
  readonly now: () => number;
}

/** The state of the process that starts others, as it uses it itself, and as it answers them. */
export interface ServedState {
  readonly state: SharedState;
  /** What a worker may ask. */
  readonly services: () => Services;
  /** A worker has ended, and what it ran with it. @param address What it was called among gateways. */
  endJobsOf(address: string): Promise<void>;
  /** Sessions that were used here or at a worker, and have not ended. */
  sessionCount(): number;
  /** Fetches the last rows of the workers. */
  closeRows(): Promise<void>;
}

/** Makes state that other processes use as well: what is made for one of them is the same for all. */
export function serveState({ state: own, peers, onError, now }: ServedStateOptions): ServedState {
  const quotas = new Map<string, Quotas>();
  const sessions = new Set<string>();
  let leases: ConcurrencyLeases | undefined;
  let jobs: JobRecords | undefined;
  let rows: CollectedRows | undefined;
  const state: SharedState = {
    ...own,
    createMessages: forgettingEnded(own.createMessages, sessions),
    sessions: toldSessions(counted(own.sessions, sessions), dropCopies(peers)),
    searchMemory: askingSearchMemory(own.searchMemory, askSuccesses(peers, now)),
    createQuotas: (ratePerMinute, name) => {
      const key = `${ratePerMinute} ${name}`;
      const shared = quotas.get(key) ?? own.createQuotas(ratePerMinute, name);
      quotas.set(key, shared);
      return shared;
    },
    createLeases: () => (leases ??= own.createLeases()),
    createJobRecords: (bounds) => (jobs ??= own.createJobRecords(bounds)),
    createCallStore: (options): CallStore =>
      (rows ??= new CollectedRows({ store: own.createCallStore(options), peers, onError })),
  };
  return {
    state,
    services: () => ({
      ...portServices(state, now),
      ...servedPort('jobs', () => made(jobs)),
      ...rowServices(made(rows)),
    }),
    endJobsOf: async (address) => {
      if (jobs !== undefined) {
        await endLostJobs(jobs, address, Date.now());
      }
    },
    sessionCount: () => sessions.size,
    closeRows: async () => rows?.close(),
  };
}

function portServices(state: SharedState, now: () => number): Services {
  return {
    ...servedPort('sessions', () => state.sessions),
    ...servedPort('inputRounds', () => state.inputRounds),
    ...servedPort('resourceOwners', () => state.resourceOwners),
    ...servedPort('searchMemory', () => state.searchMemory),
    ...servedSearchMemory(state.searchMemory, now),
    ...servedPort('registeredInstances', () => state.registeredInstances),
    ...servedPort('quotas', (ratePerMinute: number, name: string) => state.createQuotas(ratePerMinute, name)),
    ...servedPort('leases', () => state.createLeases()),
    ...servedApprovals(state.approvals),
  };
}

function dropCopies(peers: () => readonly Peer[]): DropCopies {
  return (ids) =>
    withinMillis(ANSWER_MILLIS, Promise.allSettled(peers().map((peer) => peer.call('sessions.drop', ids))));
}

function askSuccesses(peers: () => readonly Peer[], now: () => number): AskSuccesses {
  return (principal, onAnswer) => {
    const ask = async (peer: Peer): Promise<void> => {
      const at = await peer.call('searchMemory.lastSuccess', principal);
      if (typeof at === 'number') {
        onAnswer(now() - at);
      }
    };
    return withinMillis(ANSWER_MILLIS, Promise.allSettled(peers().map(ask)));
  };
}

/** Keeps the ids of those that are there, as far as it is told of them here. */
function counted(records: SessionRecords, ids: Set<string>): SessionRecords {
  const forget = (ended: readonly EndedSession[]): readonly EndedSession[] => {
    ended.forEach(({ record }) => ids.delete(record.id));
    return ended;
  };
  return {
    find: (key) => records.find(key),
    read: (list) => records.read(list),
    setLogLevel: (id, level) => records.setLogLevel(id, level),
    subscribe: (id, uri) => records.subscribe(id, uri),
    unsubscribe: (id, uri) => records.unsubscribe(id, uri),
    subscribersOf: (uri) => records.subscribersOf(uri),
    subscribedUris: () => records.subscribedUris(),
    use: async (key, now) => {
      const record = await records.use(key, now);
      if (record === undefined) {
        ids.delete(key.id);
      } else {
        ids.add(key.id);
      }
      return record;
    },
    add: async (record, inUseSince) => {
      const added = await records.add(record, inUseSince);
      if (added.ok) {
        forget(added.ended);
        ids.add(record.id);
      }
      return added;
    },
    end: async (id) => {
      ids.delete(id);
      return records.end(id);
    },
    endIdle: async (deadline) => forget(await records.endIdle(deadline)),
    close: async () => forget(await records.close()),
  };
}

/** Other gateways end sessions, too, and say so. */
function forgettingEnded(
  createMessages: SharedState['createMessages'],
  ids: Set<string>,
): SharedState['createMessages'] {
  return (onError) => {
    const messages = createMessages(onError);
    onSessionsEnded(messages, (ended) => ended.forEach((id) => ids.delete(id)));
    return messages;
  };
}

/** The gateway of this process makes what it shares before anybody asks. */
function made<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new TypeError('the state is served before it is made');
  }
  return value;
}

async function withinMillis(millis: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, millis);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
