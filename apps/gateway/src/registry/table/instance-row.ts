import type { JsonObject } from '../../protocol/json-rpc.ts';
import { withoutUndefined } from '../../protocol/json/without-undefined.ts';
import type { RegisteredFacts, Upstream, UpstreamSettings, UpstreamStatus } from '../../upstream/upstream.ts';
import type { InstanceState } from './upstreams.ts';

/** One upstream as `/v1/instances` and the resources show it. Commands, headers and environment stay inside. */
export function instanceRow({ settings, status, facts }: Upstream, state: InstanceState): JsonObject {
  return {
    instance_id: settings.instanceId,
    instance_short: settings.instanceShort,
    name: settings.key,
    dcc_type: settings.dccType,
    source: shownSource(settings),
    owner: ownerOf(settings),
    transport: settings.transport.type,
    lazy: settings.isLazy,
    affinity: settings.affinity,
    status: state,
    since: time(status.since),
    last_ok: time(status.lastOk),
    last_error: lastError(status),
    consecutive_failures: status.consecutiveFailures,
    tool_count: status.toolCount,
    tool_count_last_good: status.toolCountAtLastGood,
    era: status.era ?? null,
    protocol_version: status.protocolVersion ?? null,
    server_info: status.serverInfo ?? null,
    scene: status.scene ?? null,
    ...registeredRow(facts),
  };
}

/** What of a row is news, as a text: not when its instance was heard of last, and not how often it failed in a row. */
export function newsOfRow(row: JsonObject): string {
  const { last_ok: _ok, heartbeat_at: _heartbeat, consecutive_failures: _failures, ...news } = row;
  return JSON.stringify(news);
}

/** Where an instance is known from, in the words of the rows: what another gateway has is reached over HTTP. */
export function shownSource({ source }: UpstreamSettings): 'config' | 'http' | 'file' {
  return source === 'gateway' ? 'http' : source;
}

/** The gateway that has the instance, where it is another one. */
export function ownerOf({ transport }: UpstreamSettings): string | undefined {
  return transport.type === 'http' ? transport.owner : undefined;
}

/** What went wrong, with where the upstream was looked for: no path and no query, which may hold secrets. */
export function whyAt({ transport }: UpstreamSettings, why: string): string {
  if (transport.type === 'stdio' || transport.owner !== undefined) {
    return why; // a command is named by what it fails with, and only gateways are let in to a gateway
  }
  const { origin } = new URL(transport.url);
  return why.includes(origin) ? why : `${why} (${origin})`;
}

/** What a registered instance has told; absent is what it did not. */
function registeredRow(facts: RegisteredFacts | undefined): JsonObject {
  if (facts === undefined) {
    return {};
  }
  const { displayName, pid, version, adapterVersion, capabilitiesFingerprint, heartbeatAt, ttlSecs } = facts;
  return withoutUndefined({
    display_name: displayName,
    pid,
    version,
    adapter_version: adapterVersion,
    capabilities_fingerprint: capabilitiesFingerprint,
    heartbeat_at: heartbeatAt === undefined ? undefined : time(heartbeatAt),
    ttl_secs: ttlSecs,
  });
}

/** What is missing at this moment stands before what went wrong once. */
function lastError({ readiness, lastError: last, cutLists }: UpstreamStatus): string | null {
  const cut = Object.entries(cutLists).map(([method, why]) => `${method}: ${why}`);
  return cut.length === 0 || readiness === 'unreachable' ? (last ?? null) : cut.join('; ');
}

function time(millis: number | undefined): string | null {
  return millis === undefined ? null : new Date(millis).toISOString();
}
