import type { ConcurrencyLeases } from '../../../governance/concurrency-leases.ts';
import type { Quotas } from '../../../governance/quotas.ts';
import type { JobRecords } from '../../../jobs/job-records.ts';
import type { InputRounds } from '../../../mcp/input-rounds/input-rounds.ts';
import type { ResourceOwners } from '../../../mcp/pass-through/resource-owners.ts';
import type { SessionRecords } from '../../../mcp/session/session-records.ts';
import type { RegisteredInstances } from '../../../registry/http/registered-instances.ts';
import type { SearchMemory } from '../../../search/memory/search-memory.ts';
import type { Peer, Services } from '../channel/peer.ts';

/** The ports that one process asks of another: each method takes and gives plain data. */
export interface Ports {
  readonly sessions: Omit<SessionRecords, 'close'>;
  readonly inputRounds: InputRounds;
  readonly resourceOwners: ResourceOwners;
  readonly searchMemory: Omit<SearchMemory, 'settle'>;
  readonly registeredInstances: RegisteredInstances;
  readonly leases: ConcurrencyLeases;
  readonly quotas: Quotas;
  readonly jobs: JobRecords;
}

const METHODS: { readonly [Name in keyof Ports]: readonly (keyof Ports[Name] & string)[] } = {
  sessions: [
    'add',
    'find',
    'use',
    'read',
    'setLogLevel',
    'subscribe',
    'unsubscribe',
    'subscribersOf',
    'subscribedUris',
    'end',
    'endIdle',
  ],
  inputRounds: ['put', 'find', 'remove'],
  resourceOwners: ['replace', 'add', 'forget', 'ownersOf'],
  searchMemory: ['remember', 'join'],
  registeredInstances: ['register', 'heartbeat', 'get', 'remove', 'leaveOf', 'list'],
  leases: ['acquire', 'renew', 'release'],
  quotas: ['consume', 'tracked'],
  jobs: ['create', 'write', 'remove', 'read', 'gatewayOf', 'list', 'open'],
};

/** A port of the process on the other side. @param which Told before the arguments of each call. */
export function remotePort<Name extends keyof Ports>(
  peer: Pick<Peer, 'call'>,
  name: Name,
  ...which: readonly unknown[]
): Ports[Name] {
  const entries = METHODS[name].map((method) => [
    method,
    (...args: readonly unknown[]) => peer.call(`${name}.${method}`, ...which, ...args),
  ]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- METHODS names the methods of each port
  return Object.fromEntries(entries) as Ports[Name];
}

/** Answers a port. @param portOf Gives it, from what is told before the arguments of each call. */
export function servedPort<Name extends keyof Ports>(name: Name, portOf: (...which: never[]) => Ports[Name]): Services {
  return Object.fromEntries(
    METHODS[name].map((method) => [
      `${name}.${method}`,
      (...args: never[]) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- METHODS names the methods of each port
        const port = portOf(...args) as Readonly<Record<string, (...rest: readonly never[]) => unknown>>;
        return port[method]?.(...args.slice(portOf.length));
      },
    ]),
  );
}
