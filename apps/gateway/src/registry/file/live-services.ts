import { type Leave, LEAVES } from '../table/leave.ts';
import type { ListenAddress } from '../table/listen-address.ts';
import type { ServiceRow } from './service-row.ts';
import type { ServicesTable } from './services-document.ts';

/** A row that is left out. */
export interface SkippedService {
  /** For people; begins with what is wrong. */
  readonly reason: string;
  readonly dccType?: string;
  readonly instanceId?: string;
  /** How its instance leaves, where it was one until now. */
  readonly leave: Leave;
  /** Its process is gone. */
  readonly isDead: boolean;
}

export interface LiveServices {
  /** One row for each instance id. */
  readonly live: readonly ServiceRow[];
  readonly skipped: readonly SkippedService[];
}

/** What is known of this machine and this gateway. */
export interface Surroundings {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Age of a heartbeat that makes a row stale. */
  readonly staleMillis: number;
  /** Whether a process of this machine runs; asked only for rows of this machine. */
  readonly isAlive: (pid: number) => boolean;
  /** Whether the host of a row is this machine: a process id of another one says nothing here. */
  readonly isThisMachine: (host: string) => boolean;
  /** Whether an address is that of this gateway. */
  readonly isOwn: (address: ListenAddress) => boolean;
  /** Whether a server may have that host: an address of no server, as link-local ones, may be written by anybody. */
  readonly mayBeAt: (host: string) => boolean;
}

/** What a row may say of itself: whether it is usable the gateway finds out by asking. */
const USABLE: ReadonlySet<string> = new Set(['available', 'busy', 'booting']);

/** Tells instances from rows that are left out, and why. */
export function liveServices({ rows, bad }: ServicesTable, surroundings: Surroundings): LiveServices {
  const live = new Map<string, ServiceRow>();
  const skipped: SkippedService[] = bad.map((each) => ({ ...each, ...other(each.reason) }));
  const skip = (row: ServiceRow, why: Why): void => {
    const { dccType, instanceId } = row;
    skipped.push({ ...why, dccType, instanceId });
  };
  for (const row of rows) {
    const why = whySkipped(row, surroundings);
    const twin = live.get(row.instanceId);
    if (why !== undefined) {
      skip(row, why);
    } else if (twin !== undefined && twin.heartbeatAt >= row.heartbeatAt) {
      skip(row, TWICE);
    } else {
      live.set(row.instanceId, row);
      if (twin !== undefined) {
        skip(twin, TWICE);
      }
    }
  }
  return { live: [...live.values()], skipped };
}

type Why = Pick<SkippedService, 'reason' | 'leave' | 'isDead'>;

function other(reason: string): Why {
  return { reason, leave: { event: 'instance_exited', reason }, isDead: false };
}

const TWICE = other('instance_id twice: another row of it has a newer heartbeat');
const GATEWAY = other('__gateway__: it is a gateway of dcc-mcp-core, no instance');
const OWN = other('own address: it is this gateway');

function whySkipped(row: ServiceRow, surroundings: Surroundings): Why | undefined {
  const { now, staleMillis, isAlive, isThisMachine, isOwn, mayBeAt } = surroundings;
  const { pid, status } = row;
  if (row.isSentinel) {
    return GATEWAY;
  }
  if (isOwn(row)) {
    return OWN;
  }
  if (!mayBeAt(row.host)) {
    return other(`address: ${row.host} is never that of a host`);
  }
  if (pid !== undefined && isThisMachine(row.host) && !isAlive(pid)) {
    return { reason: `dead pid: its process ${pid} is gone`, leave: LEAVES.ghost(pid), isDead: true };
  }
  const age = now - row.heartbeatAt;
  if (age > staleMillis) {
    const seconds = Math.round(age / 1000);
    const reason = `stale: its last heartbeat was ${seconds} s ago`;
    return { reason, leave: LEAVES.missedHeartbeat(seconds), isDead: false };
  }
  return USABLE.has(status) ? undefined : other(`status: it says that it is ${status}`);
}
