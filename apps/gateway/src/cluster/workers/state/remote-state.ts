import { onSessionsEnded } from '../../../mcp/session/session-messages.ts';
import type { SharedState } from '../../shared-state.ts';
import type { Peer } from '../channel/peer.ts';
import { RowCourier } from '../rows/row-courier.ts';
import { CachedSessions } from './cached-sessions.ts';
import { remotePort } from './ports.ts';
import { remoteApprovals } from './remote-approvals.ts';
import { remoteMessages } from './remote-messages.ts';
import { remoteSearchMemory } from './remote-search-memory.ts';

export interface RemoteStateOptions {
  readonly peer: Peer;
  /** What this process is called among gateways. */
  readonly address: string;
  /** Told of what failed with nobody waiting for it. */
  readonly onError: (error: unknown) => void;
  /** Whether every trace is kept somewhere; else those that newer ones push out at once are not sent. */
  readonly keepsAllTraces: boolean;
  /** Milliseconds of the clock that this process shares with the other. */
  readonly now: () => number;
}

/** The state of the process that started this one. */
export function createRemoteState(options: RemoteStateOptions): SharedState {
  const { peer, address, onError, keepsAllTraces, now } = options;
  const sessions = new CachedSessions(remotePort(peer, 'sessions'), onError);
  peer.serve({ 'sessions.drop': (ids: readonly string[]) => sessions.drop(ids) });
  return {
    sessions,
    inputRounds: remotePort(peer, 'inputRounds'),
    resourceOwners: remotePort(peer, 'resourceOwners'),
    searchMemory: remoteSearchMemory(peer, now),
    registeredInstances: remotePort(peer, 'registeredInstances'),
    approvals: remoteApprovals(peer),
    createMessages: (onListenerError) => {
      const messages = remoteMessages(peer, address, onListenerError);
      onSessionsEnded(messages, (ids) => sessions.drop(ids));
      return messages;
    },
    createQuotas: (ratePerMinute, name) => remotePort(peer, 'quotas', ratePerMinute, name),
    createLeases: () => remotePort(peer, 'leases'),
    createJobRecords: () => remotePort(peer, 'jobs'),
    createCallStore: ({ capacities: { traces }, onError: onRowError, onNotShared: onDropped }) =>
      new RowCourier({ peer, onError: onRowError, onDropped, maxTraces: keepsAllTraces ? Infinity : traces }),
  };
}
