import { lookup } from 'node:dns';
import { env } from 'node:process';
import { MemoryTokenStore } from '../oauth/memory-token-store.ts';
import type { Upstream, UpstreamSettings } from '../upstream.ts';
import { ManagedUpstream, type UpstreamDeps } from './managed-upstream.ts';

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
    fastPath: true,
    limits: {},
    environment: env,
    tap: undefined,
    lookup,
    tokens: new MemoryTokenStore(),
    ...deps,
  });
}
