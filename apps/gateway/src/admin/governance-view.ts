import { SECRET_KEY_PARTS } from '@dcc-mcp/bounds/redaction';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import type { Governance } from '../governance/governance.ts';
import type { SharedStore } from '../governance/shared-store.ts';
import { SCRIPT_KEYS } from '../recording/rows/redact-json.ts';
import type { TrafficCapture } from '../recording/traffic/traffic-capture.ts';
import type { Upstreams } from '../registry/table/upstreams.ts';
import type { CircuitView, Upstream } from '../upstream/upstream.ts';
import { quarantineView } from './quarantine-view.ts';
import type { Standing } from './worker-shares.ts';

/** Lists of policy by their names in the answer. */
const ALLOWLISTS = {
  allowed_dcc_types: 'allowedDccTypes',
  allowed_skill_names: 'allowedSkillNames',
  allowed_skill_families: 'allowedSkillFamilies',
  allowed_tool_slugs: 'allowedToolSlugs',
  allowed_tool_slug_prefixes: 'allowedToolSlugPrefixes',
} as const satisfies Readonly<Record<string, keyof GatewayConfig['policy']>>;

/** Where {@link governanceView} looks. */
export interface GovernanceParts {
  readonly config: GatewayConfig;
  readonly upstreams: Upstreams;
  readonly standing: (upstream: Upstream) => Standing;
  readonly governance: Pick<Governance, 'throttled' | 'tracked' | 'quarantine' | 'loops'>;
  /** Where limits are counted over all gateways; absent: here alone. */
  readonly shared: SharedStore | undefined;
  /** Absent where no traffic is captured. */
  readonly traffic: TrafficCapture | undefined;
}

/** What is in force: policy, limits, redaction, authentication. */
export async function governanceView(parts: GovernanceParts): Promise<Readonly<Record<string, unknown>>> {
  const { config, upstreams, standing, governance, traffic, shared } = parts;
  const { policy, limits } = config;
  const lists = Object.entries(ALLOWLISTS).map(([name, key]) => [name, policy[key]] as const);
  const active = Object.fromEntries(lists.map(([name, list]) => [name, list.length > 0]));
  return {
    mode: { admin_mutations: false, read_only: policy.readOnly },
    policy: {
      unrestricted: !policy.readOnly && lists.every(([, list]) => list.length === 0),
      read_only: policy.readOnly,
      allowlists_active: active,
      ...Object.fromEntries(lists),
    },
    quota: {
      rate_per_minute: limits.ratePerMinute,
      concurrency_per_principal: limits.concurrencyPerPrincipal,
      read_only_rate_per_minute: limits.readOnlyRatePerMinute,
      destructive_rate_per_minute: limits.destructiveRatePerMinute,
      tool_rates_per_minute: limits.toolRatesPerMinute,
      loop: {
        calls: limits.loopCalls,
        window_secs: limits.loopWindowSecs,
        refused: limits.refuseLoops,
        seen_total: governance.loops.seen,
      },
      ...quotaStore(shared),
      principals_tracked: await governance.tracked(),
      throttled_total: governance.throttled,
    },
    quarantine: { mode: policy.quarantine, ...(await quarantineView(governance.quarantine)) },
    circuits: upstreams.all().map((each) => toCircuit(each.settings.instanceId, standing(each).circuit)),
    traffic_capture: traffic?.view() ?? { state: 'capture_disabled', mode: 'off' },
    redaction: { keys: [...SCRIPT_KEYS, ...SECRET_KEY_PARTS], paths: config.admin.redactPaths, values_applied: true },
    authentication: { ...authenticationOf(config) },
  };
}

/** While what all count by is away each has its share of every limit, of at least 1. */
function quotaStore(shared: SharedStore | undefined): object {
  if (shared === undefined) {
    return { store: 'memory' };
  }
  const { name, isUp, gateways } = shared;
  return isUp ? { store: name, gateways } : { store: 'memory', gateways, degraded: true };
}

function toCircuit(instanceId: string, { state, failures, times }: CircuitView): object {
  return {
    instance_id: instanceId,
    state,
    failures,
    ...(times && { opens_at: time(times.openedAt), closes_at: time(times.trialAt) }),
  };
}

function time(millis: number): string {
  return new Date(millis).toISOString();
}

type Authentication = 'none' | 'token' | 'jwt';

/** The page and its API are let in as `/mcp` is. */
function authenticationOf({ auth, metrics }: GatewayConfig): Readonly<Record<string, Authentication>> {
  const mcp = auth.jwksUrl === undefined ? (auth.tokens.length > 0 ? 'token' : 'none') : 'jwt';
  const scraper = metrics.basicAuth !== undefined || metrics.bearerToken !== undefined ? 'token' : 'none';
  return { mcp, metrics: metrics.jwt === undefined ? scraper : 'jwt', admin: mcp };
}
