import { type CallStore, MemoryCallStore } from '@dcc-mcp/call-store';
import type { AdminConfig } from '../config/reader/gateway-config.ts';
import type { StateFolder } from '../files/state-folder.ts';
import type { Approvals } from '../governance/approvals/approvals.ts';
import { FileApprovals, lostLine } from '../governance/approvals/file-approvals.ts';
import { MemoryApprovals } from '../governance/approvals/memory-approvals.ts';
import type { ConcurrencyLeases } from '../governance/concurrency-leases.ts';
import { MemoryConcurrencyLeases } from '../governance/memory-concurrency-leases.ts';
import { MemoryQuotas } from '../governance/memory-quotas.ts';
import type { CreateQuotas } from '../governance/quotas.ts';
import type { SharedStore } from '../governance/shared-store.ts';
import type { JobBounds, JobRecords } from '../jobs/job-records.ts';
import { MemoryJobRecords } from '../jobs/memory-job-records.ts';
import type { InputRounds } from '../mcp/input-rounds/input-rounds.ts';
import { MemoryInputRounds } from '../mcp/input-rounds/memory-input-rounds.ts';
import { MemoryResourceOwners } from '../mcp/pass-through/memory-resource-owners.ts';
import type { ResourceOwners } from '../mcp/pass-through/resource-owners.ts';
import { MemorySessionRecords } from '../mcp/session/memory-session-records.ts';
import type { SessionRecords } from '../mcp/session/session-records.ts';
import type { Log } from '../protocol/log.ts';
import type { GatewayMessages } from '../protocol/messages/gateway-messages.ts';
import type { GatewayAnnouncements } from '../registry/announced/gateway-announcements.ts';
import { MemoryRegisteredInstances } from '../registry/http/memory-registered-instances.ts';
import type { RegisteredInstances } from '../registry/http/registered-instances.ts';
import { MemorySearchMemory } from '../search/memory/memory-search-memory.ts';
import type { SearchMemory } from '../search/memory/search-memory.ts';
import { MessageHub } from './messages/memory-gateway-messages.ts';

/** State that several gateways can share, each part behind a port. */
export interface SharedState {
  readonly sessions: SessionRecords;
  readonly inputRounds: InputRounds;
  readonly resourceOwners: ResourceOwners;
  readonly searchMemory: SearchMemory;
  readonly approvals: Approvals;
  readonly registeredInstances: RegisteredInstances;
  /** What the gateways that share the state say of themselves; absent where there are no others. */
  readonly announcements?: GatewayAnnouncements;
  /** Called once by each gateway. @param onError Told of what a listener has thrown. */
  readonly createMessages: (onError: (error: unknown) => void) => GatewayMessages;
  /** Where it is shared; absent: nowhere, and nobody looks. */
  readonly store?: () => SharedStore;
  /** Called again when the limit changes. */
  readonly createQuotas: CreateQuotas;
  /** Called again when the limit changes. */
  readonly createLeases: () => ConcurrencyLeases;
  /** Called once by each gateway. */
  readonly createJobRecords: (bounds: JobBounds) => JobRecords;
  /** Called once. */
  readonly createCallStore: (options: CallStoreOptions) => CallStore;
}

/** How much is remembered. */
export interface CallStoreOptions {
  readonly capacities: AdminConfig;
  /** Most rows of a list that all gateways share, about. */
  readonly sharedRows: number;
  /** `service.instance.id` of the gateway. */
  readonly serviceInstanceId: string;
  /** Told of a row that could not be kept. */
  readonly onError: (error: unknown) => void;
  /** Told of each row that other gateways will never tell of. */
  readonly onNotShared: () => void;
}

/** State of this process, and what it shares with the commands of its user. */
export function createLocalState(folder: StateFolder | undefined, log: Log): SharedState {
  return folder === undefined
    ? createMemoryState()
    : createMemoryState(new FileApprovals(folder, (lost) => log(lostLine(lost), { severity: 'error' })));
}

/** State in the memory of this process, but for what outlives it where it has a place. */
export function createMemoryState(approvals: Approvals = new MemoryApprovals()): SharedState {
  const hub = new MessageHub();
  let jobs: JobRecords | undefined;
  return {
    createMessages: (onError) => hub.join(onError),
    approvals,
    sessions: new MemorySessionRecords(),
    inputRounds: new MemoryInputRounds(),
    resourceOwners: new MemoryResourceOwners(),
    registeredInstances: new MemoryRegisteredInstances(Date.now),
    searchMemory: new MemorySearchMemory({ now: () => performance.now() }),
    createQuotas: (ratePerMinute) => new MemoryQuotas(ratePerMinute),
    createLeases: () => new MemoryConcurrencyLeases(),
    createJobRecords: (bounds) => (jobs ??= new MemoryJobRecords({ ...bounds, now: Date.now })),
    createCallStore: createMemoryCallStore,
  };
}

/** A history in the memory of this process. */
export function createMemoryCallStore({ capacities, onError }: CallStoreOptions): MemoryCallStore {
  const { calls, traces, events, searches } = capacities;
  return new MemoryCallStore({ calls, traces, keptTraces: traces, events, decisions: events, searches, onError });
}
