import { redactText } from '@dcc-mcp/bounds/redaction';
import type { CallStore } from '@dcc-mcp/call-store';
import { looksLikeKeyOrUuid, maskPath } from '@dcc-mcp/telemetry-config/settings';
import type { Catalog } from '../catalog/catalog.ts';
import type { SkillRecord } from '../catalog/skill-record.ts';
import type { JsonObject } from '../protocol/json-rpc.ts';
import { shownProgram } from '../protocol/shown/shown-command.ts';
import { toPreview } from '../recording/rows/preview.ts';
import type { DepartedInstance, InstanceHistory, StripCell } from '../registry/events/instance-history.ts';
import { ownerOf, shownSource } from '../registry/table/instance-row.ts';
import type { SkippedInstance } from '../registry/table/skipped-instances.ts';
import type { InstanceState, Upstreams } from '../registry/table/upstreams.ts';
import type { RegisteredFacts, Upstream, UpstreamSettings, UpstreamStatus } from '../upstream/upstream.ts';
import type { ProcessUsage, ProcessUsages } from './process-usage.ts';
import type { Standing } from './worker-shares.ts';

/** Where {@link instanceCards} looks. */
export interface InstanceParts {
  readonly upstreams: Upstreams;
  readonly catalog: Pick<Catalog, 'skills'>;
  readonly store: CallStore;
  readonly history: InstanceHistory;
  /** Tells which rows of the sources became no instance. */
  readonly table: { skipped(): readonly SkippedInstance[] };
  readonly usages: ProcessUsages;
  readonly standing: (upstream: Upstream) => Standing;
  /** Whether calls are remembered at all. */
  readonly keepsRows: boolean;
}

/** Live cards of all instances. */
export async function instanceCards(parts: InstanceParts, baseUrl: string): Promise<InstanceCards> {
  const { upstreams, catalog, history, usages, standing } = parts;
  const calls = await callCounts(parts);
  const skills = Map.groupBy(catalog.skills(), ({ instanceId }) => instanceId);
  const all = upstreams.all();
  const used = await usages.of(all.flatMap(({ pid }) => pid ?? []));
  return {
    total: all.length,
    returned: all.length,
    summary: summaryOf(upstreams.countByState()),
    instances: all.map((upstream) => {
      const { instanceId } = upstream.settings;
      return card(upstream, {
        load: standing(upstream).load,
        state: upstreams.stateOf(upstream),
        calls: calls?.(instanceId),
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
    skipped: parts.table.skipped().map(toSkipped),
  };
}

/** The answer of `instances`. */
export interface InstanceCards {
  readonly [member: string]: unknown;
  readonly total: number;
  readonly returned: number;
  readonly instances: readonly object[];
}

/** The calls of an instance that are retained. */
interface CallCounts {
  readonly total: number;
  readonly failed: number;
  readonly p95_ms: number | undefined;
  /** From when on they are; absent where all are. */
  readonly retained_since: string | undefined;
}

/** Nothing where no calls are remembered: that is not the same as no calls. */
async function callCounts({
  store,
  keepsRows,
}: Pick<InstanceParts, 'store' | 'keepsRows'>): Promise<((instanceId: string) => CallCounts) | undefined> {
  if (!keepsRows) {
    return undefined;
  }
  const [totals, { calls }] = await Promise.all([store.instanceTotals(), store.usage()]);
  const rows = new Map(totals.map((row) => [row.name, row]));
  const since = calls.dropped === 0 ? undefined : calls.oldest_retained;
  return (instanceId) => {
    const row = rows.get(instanceId);
    return { total: row?.count ?? 0, failed: row?.failed ?? 0, p95_ms: row?.p95_ms, retained_since: since };
  };
}

/** An upstream that waits for its first use is about to boot. */
function summaryOf(counts: ReadonlyMap<InstanceState, number>): Readonly<Record<string, number>> {
  const of = (readiness: InstanceState): number => counts.get(readiness) ?? 0;
  return {
    ready: of('ready'),
    booting: of('booting') + of('idle'),
    unreachable: of('unreachable'),
    stale: of('stale'),
    quarantined: of('quarantined'),
    disabled: of('disabled'),
  };
}

interface CardFacts extends Pick<Standing, 'load'> {
  readonly state: InstanceState;
  readonly calls: CallCounts | undefined;
  readonly skills: readonly SkillRecord[];
  readonly usage: ProcessUsage | undefined;
  readonly strip: readonly StripCell[];
  readonly baseUrl: string;
}

function card(upstream: Upstream, { state: status, load, calls, skills, usage, strip, baseUrl }: CardFacts): object {
  const { settings, facts } = upstream;
  const loaded = skills.filter(({ isLoaded }) => isLoaded).length;
  return {
    instance_id: settings.instanceId,
    instance_short: settings.instanceShort,
    dcc_type: settings.dccType,
    display_name: shown(facts?.displayName) ?? settings.key,
    source: shownSource(settings),
    owner: ownerOf(settings),
    transport: settings.transport.type,
    ...placeOf(settings),
    pid: upstream.pid ?? facts?.pid,
    status,
    ...healthOf(upstream.status),
    restarts: settings.transport.type === 'stdio' ? Math.max(0, upstream.status.starts - 1) : 0,
    ...serverOf(upstream.status),
    skills: { loaded, unloaded: skills.length - loaded },
    scene: shown(upstream.status.scene, MAX_SCENE_BYTES),
    ...registeredOf(facts),
    affinity: settings.affinity,
    concurrency: settings.concurrency,
    queue_depth: load.queued,
    in_flight: load.running,
    calls,
    readiness: upstream.hostReadiness,
    ...usage,
    strip: strip.map(({ at, state }) => ({ t: time(at), state })),
    links: linksOf(settings, baseUrl),
  };
}

/** When and why it is as it is. */
function healthOf({ since, lastOk, lastError, consecutiveFailures }: UpstreamStatus): object {
  return {
    since: time(since),
    last_ok_at: time(lastOk),
    last_error: lastError && redactText(lastError),
    consecutive_failures: consecutiveFailures,
  };
}

/** What the server told when the connection was made, and how many tools it has. */
function serverOf(status: UpstreamStatus): object {
  return {
    era: status.era,
    protocol_version: status.protocolVersion,
    server_info: toServerInfo(status.serverInfo),
    capabilities: Object.keys(status.capabilities).map((name) => shown(name)),
    tool_count: status.toolCount,
    tool_count_last_good: status.toolCountAtLastGood,
  };
}

/** What the row of a registered instance says. */
function registeredOf(facts: RegisteredFacts = {}): object {
  const { version, adapterVersion, capabilitiesFingerprint, heartbeatAt, ttlSecs } = facts;
  return {
    version: shown(version),
    adapter_version: shown(adapterVersion),
    capabilities_fingerprint: shown(capabilitiesFingerprint),
    heartbeat_at: time(heartbeatAt),
    ttl_secs: ttlSecs,
  };
}

/** As it names itself, without icons and what else it may say at length. */
function toServerInfo({ name, version, title }: JsonObject = {}): object | undefined {
  return name === undefined ? undefined : { name: shown(name), version: shown(version), title: shown(title) };
}

/** Bound of a name or version in bytes of UTF-8. */
const MAX_NAME_BYTES = 256;
/** Bound of the path of a scene in bytes of UTF-8. */
const MAX_SCENE_BYTES = 2_048;

/** Servers and hosts say of themselves what they like; what is no text is not shown. */
function shown(said: unknown, maxBytes: number = MAX_NAME_BYTES): string | undefined {
  return typeof said === 'string' ? toPreview(said, maxBytes) : undefined;
}

function toDeparted({ instanceId, dccType, leftAt, reason, lastStatus }: DepartedInstance): object {
  return { instance_id: instanceId, dcc_type: dccType, left_at: time(leftAt), reason, last_status: lastStatus };
}

function toSkipped({ source, dccType, instanceId, reason }: SkippedInstance): object {
  return { source, dcc_type: dccType, instance_id: instanceId, reason };
}

/** No arguments, no environment, no query, no keys in the path: they may hold secrets. */
function placeOf({ transport }: UpstreamSettings): { readonly mcp_url?: string; readonly command?: string } {
  if (transport.type === 'stdio') {
    return { command: shownProgram(transport.command) };
  }
  if (transport.owner !== undefined) {
    return {}; // only gateways are let in there
  }
  const { origin, pathname } = new URL(transport.url);
  return { mcp_url: origin + maskPath(pathname, looksLikeKeyOrUuid) };
}

/** What the instance itself offers to look at, where it has an address. */
function linksOf({ transport, instanceId }: UpstreamSettings, baseUrl: string): Readonly<Record<string, string>> {
  const calls = `${baseUrl}/v1/debug/calls?q=${encodeURIComponent(`instance_id=${instanceId}`)}`;
  if (transport.type === 'stdio' || transport.owner !== undefined) {
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
