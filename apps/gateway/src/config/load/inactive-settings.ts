import type { Issue } from '@dcc-mcp/telemetry-config';
import type { GatewayConfig } from '../reader/gateway-config.ts';

/** Settings that are understood and that nothing acts on yet: said at start, so that nobody relies on them. */
export function inactiveSettings(config: GatewayConfig): readonly Issue[] {
  const { audit, registry, trafficCapture, redisUrl, policy, mcpServers } = config;
  const claims: readonly (readonly [isSet: boolean, variable: string, missing: string])[] = [
    [audit.dir !== undefined, 'audit.dir', 'calls are not kept in files'],
    [registry.dir !== undefined, 'registry.dir', 'no registry is read'],
    [registry.registerAllow.length > 0, 'registry.registerAllow', 'upstreams can’t register over HTTP'],
    [trafficCapture.mode !== 'off', 'trafficCapture', 'traffic is not captured'],
    [redisUrl !== undefined, 'redisUrl', 'gateways don’t share state'],
    [policy.quarantine === 'on-change', 'policy.quarantine', 'changed tools are not held'],
    ...mcpServers.map(
      ({ key, oauth }) =>
        [oauth !== undefined, `mcpServers.${key}.oauth`, 'the upstream is called without a token'] as const,
    ),
  ];
  return claims
    .filter(([isSet]) => isSet)
    .map(([, variable, missing]) => ({
      variable,
      problem: `this version does not act on it: ${missing}`,
      fix: 'take it out, or wait for a later version',
      severity: 'warning',
    }));
}
