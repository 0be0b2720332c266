import type { EvictionReason } from '@dcc-mcp/semantic-conventions';

/** Why an instance is there no longer. */
export interface Leave {
  /** What is told of it; each leave is one event. */
  readonly event: 'auto_deregister' | 'instance_exited' | 'ghost_reaped' | 'host_died';
  /** What it counts as where the gateway ended it; absent where it left by itself. */
  readonly eviction?: EvictionReason;
  /** For people, as the end of "it has left: …". */
  readonly reason: string;
}

/** The ways in which an instance leaves. */
export const LEAVES = {
  /** Its entry was taken out of the configuration. */
  unconfigured: (): Leave => ({ event: 'auto_deregister', reason: 'gone from the configuration' }),
  /** It said so itself. */
  deregistered: (reason: string | undefined): Leave => ({
    event: 'auto_deregister',
    reason: reason === undefined ? 'it deregistered' : `it deregistered: ${reason}`,
  }),
  /** Its source does not have it any more, and says no reason. */
  vanished: (where: string): Leave => ({ event: 'instance_exited', reason: `gone from ${where}` }),
  /** Its heartbeat is older than it may be. */
  missedHeartbeat: (seconds: number): Leave => ({
    event: 'instance_exited',
    eviction: 'stale',
    reason: `no heartbeat for ${seconds} s`,
  }),
  probesFailed: (probes: number, last: string | undefined): Leave => ({
    event: 'instance_exited',
    eviction: 'probe_fail',
    reason: `${probes} probes failed${last === undefined ? '' : `, the last one: ${last}`}`,
  }),
  /** Its process is gone, and its row is not. */
  ghost: (pid: number): Leave => ({
    event: 'ghost_reaped',
    eviction: 'ghost',
    reason: `its process ${pid} is gone`,
  }),
  /** It died while a call was on its way to it. */
  hostDied: (reason: string): Leave => ({ event: 'host_died', eviction: 'host_died', reason }),
} as const;
