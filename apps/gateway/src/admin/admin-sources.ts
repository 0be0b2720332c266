import type { AdminSources } from '@dcc-mcp/admin-api';
import type { CallStore } from '@dcc-mcp/call-store';
import type { Telemetry } from '@dcc-mcp/telemetry-node';
import type { SettingView } from '../config/load/setting-views.ts';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import type { SharedStore } from '../governance/shared-store.ts';
import type { KeyState } from '../http/auth/key-watch.ts';
import type { OperationCore } from '../operations/frame/core.ts';
import type { AuditFiles } from '../recording/files/audit-files.ts';
import type { ListedTokens } from '../recording/rows/listed-tokens.ts';
import type { ScrapeWatch } from '../recording/telemetry/scrape-watch.ts';
import type { StreamCounts } from '../recording/telemetry/stream-counts.ts';
import type { TrafficCapture } from '../recording/traffic/traffic-capture.ts';
import type { InstanceHistory } from '../registry/events/instance-history.ts';
import { governanceView } from './governance-view.ts';
import { healthView } from './health-view.ts';
import { instanceCards, type InstanceParts } from './instance-cards.ts';
import { openJobs } from './open-jobs.ts';
import { ProcessUsages } from './process-usage.ts';
import { type TelemetryFacts, telemetryView } from './telemetry-view.ts';
import { type ServerShare, standings } from './worker-shares.ts';

/** Jobs that are shown: an operator looks for the oldest. */
const MAX_JOBS = 200;

/** Where the admin API looks. */
export interface AdminParts {
  readonly core: Pick<OperationCore, 'upstreams' | 'catalog' | 'outputs' | 'governance' | 'jobs'>;
  readonly store: CallStore;
  readonly telemetry: Telemetry;
  readonly version: string;
  readonly sessions: { readonly count: number };
  readonly files: AuditFiles;
  readonly streams: StreamCounts;
  readonly scrapes: ScrapeWatch;
  readonly series: () => TelemetryFacts['series'];
  readonly listed: ListedTokens;
  readonly history: InstanceHistory;
  readonly table: InstanceParts['table'];
  /** The processes that this one has started; absent where it has none. */
  readonly workers?: { streams(): number; shares(): Promise<readonly ServerShare[]> } | undefined;
  /** Absent where no traffic is captured. */
  readonly traffic: TrafficCapture | undefined;
  /** The keys of JWTs; absent where none are taken. */
  readonly keys: { readonly state: KeyState | undefined } | undefined;
  /** Where state is shared; absent: nowhere. */
  readonly shared: (() => SharedStore) | undefined;
  /** The configuration in force. */
  readonly config: () => GatewayConfig;
  /** What it was read from. */
  readonly settings: () => readonly SettingView[];
}

/** The ports of the admin API, on this gateway. */
export function adminSources(parts: AdminParts): AdminSources {
  const { core, store, telemetry, config, settings } = parts;
  const { upstreams, catalog } = core;
  const usages = new ProcessUsages();
  const standing = async (): Promise<ReturnType<typeof standings>> => standings((await parts.workers?.shares()) ?? []);
  const { history: keepsRows } = config().admin;
  return {
    store,
    keepsRows,
    instances: async (baseUrl) =>
      instanceCards({ ...parts, upstreams, catalog, usages, keepsRows, standing: await standing() }, baseUrl),
    governance: async () =>
      governanceView({ ...parts, ...core, standing: await standing(), config: config(), shared: parts.shared?.() }),
    telemetry: () =>
      telemetryView({
        telemetry,
        scrapes: parts.scrapes,
        series: parts.series(),
        config: config(),
        settings: settings(),
      }),
    health: async () => health(parts, await standing()),
    jobs: async () => openJobs(await core.jobs.open(MAX_JOBS), Date.now()),
    ...outputSources(core),
    ...(parts.traffic === undefined ? {} : { traffic: parts.traffic }),
    toolsListTokens: (since, until) => parts.listed.between(since, until),
    toolSlugs: () => Array.from(catalog.records(), ({ slug }) => slug),
  };
}

function health(parts: AdminParts, standing: ReturnType<typeof standings>): ReturnType<typeof healthView> {
  const { core, config, sessions, streams, workers, files, traffic } = parts;
  return healthView({
    upstreams: core.upstreams,
    standing,
    version: parts.version,
    sessions: () => sessions.count,
    streams: () => Object.values(streams.counts()).reduce((sum, each) => sum + each, workers?.streams() ?? 0),
    limits: config().limits,
    keys: parts.keys?.state,
    shared: parts.shared?.(),
    stores: { ...files.health(), ...traffic?.health() },
    uptimeSecs: () => process.uptime(),
    residentBytes: () => process.memoryUsage.rss(),
  });
}

/** What instances wrote and told until now, also of those that have left. */
function outputSources({
  upstreams,
  outputs,
}: Pick<OperationCore, 'upstreams' | 'outputs'>): Pick<AdminSources, 'eventsOf' | 'outputOf'> {
  return {
    eventsOf: async (instanceId, wanted) => {
      await upstreams.get(instanceId)?.refreshEvents();
      return outputs.related(instanceId, wanted);
    },
    outputOf: async (instance, page) => {
      const upstream = upstreams.get(instance);
      await upstream?.refreshEvents();
      const buffer = upstream === undefined ? outputs.find(instance)?.buffer : outputs.of(upstream.settings.instanceId);
      return buffer?.read(page);
    },
  };
}
