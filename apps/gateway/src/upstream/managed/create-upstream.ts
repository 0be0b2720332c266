import { env } from 'node:process';
import type { DispatchLimits } from '../dispatch/dispatcher.ts';
import type { GatewayInfo } from '../hop/envelope.ts';
import type { Upstream, UpstreamEvents, UpstreamSettings } from '../upstream.ts';
import { ManagedUpstream } from './managed-upstream.ts';

export interface UpstreamDeps {
  readonly events: UpstreamEvents;
  readonly gatewayInfo: GatewayInfo;
  /** Epoch milliseconds; default the clock. */
  readonly now?: () => number;
  /** From 0 to below 1, for jitter; default the generator of the platform. */
  readonly random?: () => number;
  /** Default 5 s. */
  readonly probeIntervalMillis?: number;
  /** How often the tools list is asked for where changes are not told; default 30 s. */
  readonly toolsPollMillis?: number;
  /** One line about trouble that no caller sees (garbage on stdout, a failed refresh). */
  readonly log?: (line: string) => void;
  /** Bound of one message of the upstream; default 64 MiB. */
  readonly maxMessageBytes?: number;
  readonly limits?: DispatchLimits;
  /** The gateway's environment: children get its harmless part (PATH, HOME, …) and their own settings. Default: that of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * One MCP server behind the gateway: supervised, probed, queued, traced.
 *
 * Nothing happens before `start`, `connect` or the first `request`. No method of it rejects or throws.
 */
export function createUpstream(settings: UpstreamSettings, deps: UpstreamDeps): Upstream {
  return new ManagedUpstream(settings, {
    now: Date.now,
    random: Math.random,
    probeIntervalMillis: 5_000,
    toolsPollMillis: 30_000,
    log: () => {},
    maxMessageBytes: 64 * 1024 * 1024,
    limits: {},
    environment: env,
    ...deps,
  });
}
