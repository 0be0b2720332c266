import { redactText } from '@dcc-mcp/bounds/redaction';
import type { CallStore } from '@dcc-mcp/call-store';
import type { TopRow } from '@dcc-mcp/call-store/analytics';
import type { Catalog } from '../catalog/catalog.ts';
import type { SkillRecord } from '../catalog/skill-record.ts';
import type { JsonObject } from '../protocol/json-rpc.ts';
import type { DepartedInstance, InstanceHistory, StripCell } from '../registry/events/instance-history.ts';
import type { Upstreams } from '../registry/table/upstreams.ts';
import type { Upstream, UpstreamReadiness, UpstreamSettings } from '../upstream/upstream.ts';
import type { ProcessUsage, ProcessUsages } from './process-usage.ts';

/** Where {@link instanceCards} looks. */
export interface InstanceParts {
  readonly upstreams: Upstreams;
  readonly catalog: Pick<Catalog, 'skills'>;
  readonly store: CallStore;
  readonly history: InstanceHistory;
  readonly usages: ProcessUsages;
}

/** Live cards of all instances. */
export async function instanceCards(parts: InstanceParts, baseUrl: string): Promise<InstanceCards> {
  const { upstreams, catalog, store, history, usages } = parts;
  const totals = await store.instanceTotals();
  const calls = new Map(totals.map((row) => [row.name, row]));
  const skills = Map.groupBy(catalog.skills(), ({ instanceId }) => instanceId);
  const all = upstreams.all();
  const used = await usages.of(all.flatMap(({ pid }) => pid ?? []));
  return {
    total: all.length,
    summary: summaryOf(upstreams.countByReadiness()),
    instances: all.map((upstream) => {
      const { instanceId } = upstream.settings;
      return card(upstream, {
        calls: calls.get(instanceId),
        skills: skills.get(instanceId) ?? [],
        usage: upstream.pid === undefined ? undefined : used.get(upstream.pid),
        strip: history.strip(instanceId),
        baseUrl,
      });
    }),
    departed: history
      .departed()
      .filter(({ instanceId }) => upstreams.get(instanceId) === undefined)
      .map(toDeparted),
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
  readonly usage: ProcessUsage | undefined;
  readonly strip: readonly StripCell[];
  readonly baseUrl: string;
}

function card(upstream: Upstream, { calls, skills, usage, strip, baseUrl }: CardFacts): object {
  const { settings, status, load } = upstream;
  const loaded = skills.filter(({ isLoaded }) => isLoaded).length;
  return {
    instance_id: settings.instanceId,
    instance_short: settings.instanceShort,
    dcc_type: settings.dccType,
    display_name: settings.key,
    source: settings.source,
    transport: settings.transport.type,
    ...placeOf(settings),
    pid: upstream.pid,
    status: status.readiness,
    since: time(status.since),
    last_ok_at: time(status.lastOk),
    last_error: status.lastError && redactText(status.lastError),
    consecutive_failures: status.consecutiveFailures,
    restarts: settings.transport.type === 'stdio' ? Math.max(0, status.starts - 1) : 0,
    era: status.era,
    protocol_version: status.protocolVersion,
    server_info: toServerInfo(status.serverInfo),
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
    readiness: upstream.hostReadiness,
    ...usage,
    strip: strip.map(({ at, state }) => ({ t: time(at), state })),
    links: linksOf(settings, baseUrl),
  };
}

/** As it names itself, without icons and what else it may say at length. */
function toServerInfo({ name, version, title }: JsonObject = {}): object | undefined {
  return name === undefined ? undefined : { name, version, title };
}

function toDeparted({ instanceId, dccType, leftAt, reason, lastStatus }: DepartedInstance): object {
  return { instance_id: instanceId, dcc_type: dccType, left_at: time(leftAt), reason, last_status: lastStatus };
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
