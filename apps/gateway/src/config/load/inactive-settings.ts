import type { Issue } from '@dcc-mcp/telemetry-config';
import { valueAt } from '../reader/file-value.ts';
import type { GatewayConfig } from '../reader/gateway-config.ts';
import { SETTINGS } from '../table/setting.ts';

/** Settings that are understood and that nothing acts on yet: said at start, so that nobody relies on them. */
export function inactiveSettings(config: GatewayConfig): readonly Issue[] {
  return SETTINGS.flatMap(({ path, inactive, fallback }) => {
    const isSet = JSON.stringify(valueAt(config, path)) !== JSON.stringify(fallback);
    return inactive === undefined || !isSet ? [] : [toIssue(path, inactive)];
  });
}

function toIssue(variable: string, missing: string): Issue {
  return {
    variable,
    problem: `this version does not act on it: ${missing}`,
    fix: 'take it out, or wait for a later version',
    severity: 'warning',
  };
}
