import type { CallStore } from '@dcc-mcp/call-store';
import type { TopRow } from '@dcc-mcp/call-store/analytics';
import type { Catalog } from '../catalog/catalog.ts';
import type { SkillRecord } from '../catalog/skill-record.ts';
import type { Upstreams } from '../registry/upstreams.ts';
import type { Upstream, UpstreamReadiness, UpstreamSettings } from '../upstream/upstream.ts';

/** Where {@link instanceCards} looks. */
export interface InstanceParts {
  readonly upstreams: Upstreams;
  readonly catalog: Pick<Catalog, 'skills'>;
  readonly store: CallStore;
}

/** Live cards of all instances. */
export async function instanceCards(parts: InstanceParts, baseUrl: string): Promise<InstanceCards> {
  const { upstreams, catalog, store } = parts;
  const totals = await store.instanceTotals();
  const calls = new Map(totals.map((row) => [row.name, row]));
  const skills = Map.groupBy(catalog.skills(), ({ instanceId }) => instanceId);
  const all = upstreams.all();
  return {
    total: all.length,
    summary: summaryOf(upstreams.countByReadiness()),
    instances: all.map((upstream) => {
      const { instanceId } = upstream.settings;
      return card(upstream, { calls: calls.get(instanceId), skills: skills.get(instanceId) ?? [], baseUrl });
    }),
    departed: [],
  };
}

/** The answer of `instances`. */
export interface InstanceCards {
  readonly [member: string]: unknown;
  readonly total: number;
  readonly instances: readonly object[];
}

/** An upstream that waits for its first use is about to boot. */
function summaryOf(counts: ReadonlyMap<UpstreamReadiness, number>): Readonly<Record<string, number>> {
  const of = (readiness: UpstreamReadiness): number => counts.get(readiness) ?? 0;
  return {
    ready: of('ready'),
    booting: of('booting') + of('idle'),
    unreachable: of('unreachable'),
    stale: 0,
    quarantined: 0,
    disabled: of('disabled'),
  };
}

interface CardFacts {
  readonly calls: TopRow | undefined;
  readonly skills: readonly SkillRecord[];
  readonly baseUrl: string;
}

function card({ settings, status, load }: Upstream, { calls, skills, baseUrl }: CardFacts): object {
  const loaded = skills.filter(({ isLoaded }) => isLoaded).length;
  return {
    instance_id: settings.instanceId,
    instance_short: settings.instanceShort,
    dcc_type: settings.dccType,
    display_name: settings.key,
    source: settings.source,
    transport: settings.transport.type,
    ...placeOf(settings),
    status: status.readiness,
    since: time(status.since),
    last_ok_at: time(status.lastOk),
    last_error: status.lastError,
    consecutive_failures: status.consecutiveFailures,
    restarts: settings.transport.type === 'stdio' ? Math.max(0, status.starts - 1) : 0,
    era: status.era,
    protocol_version: status.protocolVersion,
    server_info: status.serverInfo,
    capabilities: Object.keys(status.capabilities),
    tool_count: status.toolCount,
    tool_count_last_good: status.toolCountAtLastGood,
    skills: { loaded, unloaded: skills.length - loaded },
    scene: status.scene,
    affinity: settings.affinity,
    concurrency: settings.concurrency,
    queue_depth: load.queued,
    in_flight: load.running,
    calls: { total: calls?.count ?? 0, failed: calls?.failed ?? 0, p95_ms: calls?.p95_ms },
    links: linksOf(settings, baseUrl),
  };
}

/** No arguments, no environment, no query: they may hold secrets. */
function placeOf({ transport }: UpstreamSettings): { readonly mcp_url?: string; readonly command?: string } {
  if (transport.type === 'stdio') {
    return {
      command: transport.command.slice(
        Math.max(transport.command.lastIndexOf('/'), transport.command.lastIndexOf('\\')) + 1,
      ),
    };
  }
  const { origin, pathname } = new URL(transport.url);
  return { mcp_url: origin + pathname };
}

/** What the instance itself offers to look at, where it has an address. */
function linksOf({ transport, instanceId }: UpstreamSettings, baseUrl: string): Readonly<Record<string, string>> {
  const calls = `${baseUrl}/v1/debug/calls?q=${encodeURIComponent(`instance_id=${instanceId}`)}`;
  if (transport.type === 'stdio') {
    return { calls };
  }
  const { origin } = new URL(transport.url);
  return {
    calls,
    worker_openapi_spec: `${origin}/v1/openapi.json`,
    worker_docs: `${origin}/docs`,
    worker_openapi_inspector: `${origin}/docs`,
  };
}

function time(millis: number | undefined): string | undefined {
  return millis === undefined ? undefined : new Date(millis).toISOString();
}
