import { type CallStore, newRowId } from '@dcc-mcp/call-store';
import { toFetchHandler } from '@dcc-mcp/http-adapter';
import type { Telemetry } from '@dcc-mcp/telemetry-node';
import type { CapturePolicy } from '@dcc-mcp/workflow-spans';
import type { RouteConfig } from '@hono/zod-openapi';
import { hash, randomUUID } from 'node:crypto';
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { adminRoutes, pagePathOf } from './admin/admin-routes.ts';
import { adminSources } from './admin/admin-sources.ts';
import { adminOpenApi } from './admin/open-api.ts';
import type { PageFiles } from './admin/page-files.ts';
import { Catalog } from './catalog/catalog.ts';
import { createLocalState, type SharedState } from './cluster/shared-state.ts';
import type { RegistryFolder } from './config/load/registry-folder-of.ts';
import type { SettingView } from './config/load/setting-views.ts';
import type { GatewayConfig } from './config/reader/gateway-config.ts';
import type { StateFolder } from './files/state-folder.ts';
import { Governance } from './governance/governance.ts';
import type { App, HttpTap } from './http/app.ts';
import { type Authentication, createAuthentication } from './http/auth/authentication.ts';
import { healthRoutes } from './http/health-routes.ts';
import { InFlight } from './http/in-flight.ts';
import type { RouteTable } from './http/route-table.ts';
import { createServedApps, type ServedApps, withoutClash } from './http/served-apps.ts';
import { Jobs } from './jobs/jobs.ts';
import { toClientNotifications } from './mcp/notifications/registry-notifications.ts';
import { assembleMcp, type McpSide } from './mcp/server/assemble-mcp.ts';
import { StdioTap } from './mcp/transport/stdio-tap.ts';
import type { OperationCore } from './operations/frame/core.ts';
import type { Log } from './protocol/log.ts';
import { AuditFiles } from './recording/files/audit-files.ts';
import { Recorder } from './recording/record/recorder.ts';
import { type ActivityNote, toActivityRow } from './recording/rows/activity-note.ts';
import { ListedTokens } from './recording/rows/listed-tokens.ts';
import { loopNote } from './recording/rows/loop-note.ts';
import { createQuarantine } from './recording/rows/quarantine-notes.ts';
import type { RowSinkOptions } from './recording/sinks/row-sink.ts';
import { createSinks, type SinksOptions } from './recording/sinks/sinks.ts';
import {
  createInstruments,
  type GatewayInstruments,
  observeGateway,
} from './recording/telemetry/gateway-instruments.ts';
import { createContextSettings, createGatewaySpans } from './recording/telemetry/gateway-tracing.ts';
import { StreamCounts } from './recording/telemetry/stream-counts.ts';
import { startCapture } from './recording/traffic/start-capture.ts';
import { TappedExchange } from './recording/traffic/tapped-exchange.ts';
import type { TrafficCapture } from './recording/traffic/traffic-capture.ts';
import { ConfiguredUpstreams } from './registry/config/configured-upstreams.ts';
import { ElectionRecord } from './registry/election/election-record.ts';
import { YieldSecret } from './registry/election/yield-secret.ts';
import { InstanceHistory } from './registry/events/instance-history.ts';
import type { RegistryEvents } from './registry/events/registry-events.ts';
import { SessionOutputs } from './registry/events/session-outputs.ts';
import { FileRegistry } from './registry/file/file-registry.ts';
import { toListenAddress } from './registry/file/listen-address.ts';
import { HttpRegistry } from './registry/http/http-registry.ts';
import { InstanceTable, type InstanceTableOptions } from './registry/table/instance-table.ts';
import { Upstreams } from './registry/table/upstreams.ts';
import { yieldRoutes } from './rest/election/yield-route.ts';
import { informationRoutes } from './rest/information-routes.ts';
import { jobRoutes } from './rest/jobs/job-routes.ts';
import { registrationRoutes } from './rest/registration/registration-routes.ts';
import { restRoutes } from './rest/rest-routes.ts';
import { ToolSearch } from './search/tool-search.ts';
import { FileTokenStore } from './upstream/oauth/file-token-store.ts';

/** How servers are found and watched. */
export interface Reaching {
  /** How often they are asked whether they are usable; default 5 s. */
  readonly probeIntervalMillis?: number;
  /** Looks up the host names of registered instances; default the resolver of the system. */
  readonly lookup?: LookupFunction;
}

/** What a gateway is made of: everything from outside comes in here. */
export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly telemetry: Telemetry;
  readonly version: string;
  readonly capture: CapturePolicy;
  /** Effective settings with their origin, secrets masked; default: none are shown. */
  readonly settings?: readonly SettingView[];
  /** Where what outlives it is kept; absent where nothing names a folder. */
  readonly stateFolder?: StateFolder | undefined;
  /** Where dcc-mcp-core hosts say that they are there; absent where nobody looks. */
  readonly registryFolder?: RegistryFolder | undefined;
  /** What this gateway shares with others; default: nothing. */
  readonly state?: SharedState;
  /** A newer gateway was promised the port: this one is to stop. Default: nothing happens. */
  readonly onYield?: (() => void) | undefined;
  /** The page; absent where the gateway was built without it. */
  readonly page?: PageFiles | undefined;
  readonly log: Log;
  readonly reaching?: Reaching | undefined;
}

/** A gateway that is wired and not yet running. */
export interface Gateway extends Omit<McpSide, 'routes'> {
  readonly app: App;
  /** The same for the Fetch API. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Makes the scrape endpoint alone, for a listener of its own on `host`. Absent with metrics off. */
  readonly metricsApp: ServedApps['metricsApp'];
  /** Looks at the wire between the standard streams and the gateway; absent where nobody does. */
  readonly stdioTap: StdioTap | undefined;
  /** Where the page is, with a slash at its end; absent where there is none. */
  readonly pagePath: string | undefined;
  /** The servers that it knows at this moment. */
  readonly servers: Pick<Upstreams, 'all' | 'byKey' | 'untried'>;
  /** Begins one piece of work that comes otherwise than over HTTP; the function given back ends it. */
  begin(): () => void;
  /** Puts what earlier processes remembered into the history, and begins to write it down; reads what was approved. Never rejects. */
  openHistory(): Promise<void>;
  /** Writes down what is not yet. */
  closeHistory(): Promise<void>;
  /** Connects the upstreams in the background. @param urls Where it listens, so that it is no upstream of itself. */
  start(urls: readonly string[]): void;
  /** Takes over the upstreams, policy and limits of a changed configuration; what runs goes on. */
  apply(config: GatewayConfig, settings: readonly SettingView[]): void;
  /** Puts a change of exporters or of the configuration into the feed of activity. */
  note(note: ActivityNote): void;
  /** Pieces of work that run, without those that came after {@link drain}. */
  readonly underway: () => number;
  /** Refuses new work from now on; readiness says so. */
  drain(): void;
  /** Resolves when nothing runs any more, or with false when something still does after `timeoutMillis`. */
  whenIdle(timeoutMillis: number): Promise<boolean>;
  /** Ends the calls that still run as not-ready, so that whoever waits for one is told. */
  endCalls(): void;
  /** What came of standing for the port. */
  readonly election: Pick<ElectionRecord, 'won' | 'lost' | 'hasLost'>;
  /** Proves that a newer gateway may have the port. */
  readonly yieldSecret: YieldSecret;
  /** Ends the jobs that are open, as cancelled; resolves when that is recorded, or after `timeoutMillis`. */
  stopJobs(timeoutMillis: number): Promise<void>;
  /** Ends the upstreams. */
  close(): Promise<void>;
}

/** Wires a gateway: the one place that knows every room. Nothing runs, nothing is connected, and no global is touched. */
export function assembleGateway(parts: GatewayParts): Gateway {
  const rooms = createRooms(parts);
  const { core, side, served, inFlight, store, traffic, table } = rooms;
  const { upstreams } = core;
  const app: App = (http) => inFlight.track(http, served.app);
  const sources = createSources(parts, rooms);
  const stopMeasuring = startMeasuring(rooms);
  return {
    ...side,
    app,
    fetch: toFetchHandler(app),
    metricsApp: served.metricsApp,
    pagePath: pagePathOf({ ...parts.config.server, page: parts.page }),
    stdioTap: traffic && new StdioTap(traffic.tap),
    servers: upstreams,
    election: rooms.election,
    yieldSecret: rooms.yieldSecret,
    ...drainingOf(inFlight),
    ...historyOf(rooms),
    start: startOf(rooms, (urls) => sources.start(urls)),
    apply: (changed, settings) => {
      applySettings(rooms, changed, settings);
      sources.apply(changed);
    },
    note: (note) => store.append('activity', toActivityRow(note)),
    endCalls: () => table.endCalls(),
    stopJobs: (timeoutMillis) => core.jobs.stop(timeoutMillis),
    close: async () => {
      await sources.close();
      await table.close();
      await core.governance.close();
      stopMeasuring();
    },
  };
}

/** Where instances come from. */
interface Sources {
  start(urls: readonly string[]): void;
  apply(config: GatewayConfig): void;
  close(): Promise<void>;
}

function createSources({ config, registryFolder: folder, log }: GatewayParts, rooms: Rooms): Sources {
  const { table, registry, current } = rooms;
  const configured = new ConfiguredUpstreams(table.source('config'), log);
  const staleMillis = (): number => current.config.registry.staleTimeoutSecs * 1000;
  const file = folder && new FileRegistry({ table, folder, staleMillis, log, now: Date.now });
  const apply = (changed: GatewayConfig): void => {
    table.apply(changed);
    configured.apply(changed);
  };
  return {
    apply,
    start: (urls) => {
      apply(config);
      const own = urls.map((url) => toListenAddress(new URL(url)));
      file?.start(own);
      registry.start(own);
    },
    close: async () => {
      registry.close();
      await file?.close();
    },
  };
}

/** The row of an event is there before anybody is told that there is one. */
function rememberingEvents(events: RegistryEvents, store: CallStore): RegistryEvents {
  return {
    ...events,
    onContention: (event) => {
      store.append('events', event);
      events.onContention(event);
    },
  };
}

/** The rooms that answer. */
interface Rooms {
  readonly authentication: Authentication | undefined;
  readonly instruments: GatewayInstruments;
  readonly core: OperationCore;
  readonly streams: StreamCounts;
  readonly side: McpSide;
  readonly served: ServedApps;
  readonly inFlight: InFlight;
  readonly election: ElectionRecord;
  readonly yieldSecret: YieldSecret;
  readonly files: AuditFiles;
  readonly store: CallStore;
  readonly table: InstanceTable;
  readonly registry: HttpRegistry;
  /** Absent where no traffic is captured. */
  readonly traffic: TrafficCapture | undefined;
  /** The configuration in force. */
  readonly current: { config: GatewayConfig; settings: readonly SettingView[] };
}

function createRooms(parts: GatewayParts): Rooms {
  const { config, settings = [], log, state = createLocalState(parts.stateFolder, log) } = parts;
  const catalog = new Catalog();
  const instruments = createInstruments({ ...parts, catalog });
  const onError = createErrorReport(log);
  const store = state.createCallStore({ capacities: config.admin, onError });
  const listed = new ListedTokens(Date.now);
  const history = new InstanceHistory(Date.now);
  const core = createCore({ ...parts, state, store, listed, history, onError }, catalog, instruments.metrics);
  const streams = new StreamCounts();
  const inFlight = new InFlight();
  const side = createMcp({ ...parts, state }, core, streams);
  const current = { config, settings };
  const { metrics } = instruments;
  const onDropped = (rowsOf: string): void => metrics?.recordRowsDropped(rowsOf, 1);
  const files = new AuditFiles({ store, config: config.audit, log, onDropped });
  const traffic = startCapture(config, log);
  const events = rememberingEvents(toClientNotifications(side), store);
  const table = createTable(parts, { core, events, metrics, history, tap: traffic?.tap });
  listenTo(core, events);
  const registry = createHttpRegistry({ ...parts, state, onError }, table, core.upstreams);
  const ballot = createBallot(parts, { events, metrics, inFlight });
  const authentication = createAuthentication(config.auth, { log, now: Date.now });
  const known = { table, registry, authentication };
  const made = { ...known, instruments, core, streams, side, inFlight, files, store, traffic, current };
  const served = createApps(parts, instruments, {
    core,
    traffic,
    authentication,
    routes: { ...side.routes, ...ballot.routes, ...registrationRoutes(registry, config.server.bodyLimitBytes) },
    admin: createAdmin(parts, { ...made, listed, history }),
    isDraining: () => inFlight.isDraining,
  });
  return { ...made, served, ...ballot };
}

type ShownRooms = Omit<Rooms, 'served' | 'election' | 'yieldSecret'> & {
  readonly listed: ListedTokens;
  readonly history: InstanceHistory;
};

function createAdmin(parts: GatewayParts, rooms: ShownRooms): RouteTable {
  const { config, page } = parts;
  const { instruments, core, streams, side, files, listed, history, table, traffic, current } = rooms;
  const inForce = { config: () => current.config, settings: () => current.settings };
  const kept = { store: files.history, files, streams, sessions: side.sessions, listed, history, traffic };
  const { metrics, requests, scrapes } = instruments;
  const measured = { scrapes, series: () => ({ ...metrics?.seriesUsage(), ...requests?.seriesUsage() }) };
  const told = { table, keys: rooms.authentication?.keys };
  const sources = adminSources({ ...parts, ...inForce, ...kept, ...measured, ...told, core });
  return adminRoutes({ sources, ...config.server, page, hasHistory: config.admin.history });
}

interface Contended extends Pick<Rooms, 'inFlight'>, Pick<GatewayInstruments, 'metrics'> {
  readonly events: RegistryEvents;
}

interface Ballot extends Pick<Rooms, 'election' | 'yieldSecret'> {
  readonly routes: RouteTable;
}

/** What there is of elections: how they end, and how the port is given up. */
function createBallot(
  { config, version, stateFolder, log, onYield = () => {} }: GatewayParts,
  { events, metrics, inFlight }: Contended,
): Ballot {
  const onContention: RegistryEvents['onContention'] = (event) => events.onContention(event);
  const election = new ElectionRecord({ metrics, onContention, log, instanceId: randomUUID() });
  const yieldSecret = new YieldSecret({ folder: stateFolder, log });
  const routes = yieldRoutes({
    version,
    auth: config.auth,
    bodyLimitBytes: config.server.bodyLimitBytes,
    secret: yieldSecret.text,
    onYield: (challenger) => {
      if (!inFlight.isDraining) {
        election.yielded(challenger);
      }
    },
    onAnswered: onYield,
  });
  return { election, yieldSecret, routes };
}

interface TableParts extends Pick<InstanceTableOptions, 'events' | 'metrics' | 'history' | 'tap'> {
  readonly core: OperationCore;
}

function createTable(parts: GatewayParts, { core, ...measured }: TableParts): InstanceTable {
  const tokens = parts.stateFolder && new FileTokenStore(parts.stateFolder);
  return new InstanceTable({ ...parts, ...parts.reaching, ...core, ...measured, tokens, now: Date.now });
}

function createHttpRegistry(
  { config, state, reaching, onError }: SharingParts & Pick<SinksOptions, 'onError'>,
  table: InstanceTable,
  upstreams: Upstreams,
): HttpRegistry {
  return new HttpRegistry({
    table,
    upstreams,
    store: state.registeredInstances,
    allow: config.registry.registerAllow,
    lookup: reaching?.lookup ?? systemLookup,
    onError,
    now: Date.now,
  });
}

/** @returns What ends it. */
function startMeasuring({ instruments, core, side, streams }: Rooms): () => void {
  const { metrics, requests } = instruments;
  const observed = metrics && observeGateway(metrics, { ...core, sessions: side.sessions, streams });
  return () => {
    observed?.stop();
    metrics?.shutdown();
    requests?.shutdown();
  };
}

function historyOf({ files, traffic, core }: Rooms): Pick<Gateway, 'openHistory' | 'closeHistory'> {
  return {
    openHistory: async () => {
      await Promise.all([files.open(), core.governance.settleQuarantine()]);
    },
    closeHistory: async () => {
      await Promise.all([files.close(), traffic?.close()]);
    },
  };
}

/** The keys of tokens are fetched while servers are connected. */
function startOf({ authentication }: Pick<Rooms, 'authentication'>, connect: Gateway['start']): Gateway['start'] {
  return (urls) => {
    void authentication?.prepare();
    connect(urls);
  };
}

function applySettings(rooms: Rooms, config: GatewayConfig, settings: readonly SettingView[]): void {
  Object.assign(rooms.current, { config, settings });
  rooms.core.governance.apply(config);
  void rooms.core.governance.settleQuarantine((quarantine) => {
    for (const { settings: instance } of rooms.core.upstreams.all()) {
      quarantine.review(instance, rooms.core.catalog.recordsOf(instance.instanceId));
    }
  });
}

function listenTo({ outputs, governance }: OperationCore, events: RegistryEvents): void {
  outputs.listen((instanceId) => events.onOutput(instanceId));
  governance.listen(() => events.onToolsChanged());
}

function drainingOf(inFlight: InFlight): Pick<Gateway, 'begin' | 'underway' | 'drain' | 'whenIdle'> {
  return {
    begin: () => inFlight.begin(),
    underway: () => inFlight.underway,
    drain: () => inFlight.drain(),
    whenIdle: (timeoutMillis) => inFlight.whenIdle(timeoutMillis),
  };
}

type SharingParts = GatewayParts & { readonly state: SharedState };
type CoreParts = SharingParts &
  Pick<RowSinkOptions, 'store' | 'listed'> &
  Pick<SinksOptions, 'onError'> & { readonly history: InstanceHistory };

/** Tells what should not have been thrown to the operator, never to a caller. */
function createErrorReport(log: Log): (error: unknown) => void {
  return (error) =>
    log(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, {
      severity: 'error',
    });
}

function createCore(parts: CoreParts, catalog: Catalog, metrics: GatewayInstruments['metrics']): OperationCore {
  const { config, telemetry, capture, state, store, listed, history, log, onError } = parts;
  const { createQuotas, createLeases, searchMemory } = state;
  const newId = randomUUID;
  const rows = config.admin.history ? rowSinkOptions(config, { store, listed }) : undefined;
  const sinks = createSinks({ isTracing: telemetry.isTracing, metrics, searchMemory, log, rows, onError });
  const contextSettings = createContextSettings(config, telemetry);
  const quarantine = createQuarantine(state.approvals, { metrics, store, log });
  const kept = { createQuotas, createLeases, quarantine, onLoop: loopNote({ store, log }) };
  const governance = new Governance(config, { ...kept, now: Date.now, newId, onError });
  const recorder = new Recorder(sinks, onError);
  return {
    catalog,
    toolSearch: new ToolSearch(catalog),
    upstreams: new Upstreams(Date.now, (instanceId) => governance.isWholeHeld(instanceId)),
    departed: () => history.departed(),
    outputs: new SessionOutputs(),
    contention: (sinceMillis) => store.scan('events', sinceMillis === undefined ? {} : { sinceMillis }),
    jobs: createJobs(parts, recorder),
    governance,
    contextSettings,
    spans: createGatewaySpans({ config, telemetry, capture, contextSettings }),
    searchMemory,
    recorder,
    bootWaitMillis: config.server.bootWaitMs,
    showsWholeScene: config.telemetry.captureContent.includes('scene'),
    onError,
    now: () => performance.now(),
    newId,
  };
}

function createJobs({ config, state, onError }: CoreParts, recorder: Recorder): Jobs {
  const { retentionSecs, timeoutSecs, maxFinished, maxOpen } = config.jobs;
  const bounds = { maxOpen, maxFinished, retentionMillis: retentionSecs * 1000 };
  return new Jobs({
    records: state.createJobRecords(bounds),
    bounds,
    timeoutMillis: timeoutSecs * 1000,
    now: Date.now,
    newId: newRowId,
    onStarted: ({ toolLabel: tool, createdAt, startedAt = createdAt }) =>
      recorder.record({ kind: 'job-started', tool, waitSeconds: (startedAt - createdAt) / 1000 }),
    onEnded: ({ toolLabel: tool }) => recorder.record({ kind: 'job-ended', tool }),
    onError,
  });
}

function rowSinkOptions(
  { admin: { slowMs, redactPaths } }: GatewayConfig,
  kept: Pick<RowSinkOptions, 'store' | 'listed'>,
): RowSinkOptions {
  const hiddenPaths = redactPaths.map((path) => path.split('.'));
  return { ...kept, slowMillis: slowMs, hiddenPaths, sha256: (text) => hash('sha256', text) };
}

function createMcp({ config, version, state, log }: SharingParts, core: OperationCore, streams: StreamCounts): McpSide {
  const { server, telemetry } = config;
  return assembleMcp({
    core,
    state,
    streams,
    serverInfo: { name: 'dcc-mcp-gateway', title: server.name ?? 'DCC-MCP gateway', version },
    exposesAll: server.expose === 'all',
    hasProtocolSpans: telemetry.protocolSpans,
    bodyLimitBytes: server.bodyLimitBytes,
    log,
  });
}

function httpTap({ tap }: TrafficCapture, { sessionKey }: OperationCore['contextSettings']): HttpTap {
  return (http, about) => new TappedExchange({ tap, sessionKey }, { http, ...about });
}

interface Wired {
  readonly core: OperationCore;
  readonly routes: RouteTable;
  readonly admin: RouteTable;
  readonly traffic: TrafficCapture | undefined;
  readonly authentication: Authentication | undefined;
  readonly isDraining: () => boolean;
}

function createApps(
  { config, version, page }: GatewayParts,
  { requests, scrapeHandler, scrapes }: GatewayInstruments,
  { core, routes, admin, traffic, authentication, isDraining }: Wired,
): ServedApps {
  const { upstreams, contextSettings, onError } = core;
  const { bodyLimitBytes, publicUrl } = config.server;
  const needsToken = config.auth.tokens.length > 0 || config.auth.jwksUrl !== undefined;
  // Said whether it is on or off: telemetry changes no page but its own.
  const metricsPath = config.metrics.port === undefined ? config.metrics.path : undefined;
  const described = (): readonly RouteConfig[] =>
    adminOpenApi(config.server.admin ? config.server.adminPath : undefined);
  const pagePath = pagePathOf({ ...config.server, page });
  const own = {
    ...routes,
    ...restRoutes(core, bodyLimitBytes),
    ...jobRoutes(core),
    ...informationRoutes({ core, version, publicUrl, needsToken, metricsPath, pagePath, described }),
    ...healthRoutes({ upstreams, version, isDraining, needsToken }),
  };
  return createServedApps({
    config,
    routes: { ...own, ...withoutClash(own, admin, 'DCC_MCP_ADMIN_PATH') },
    contextSettings,
    routeSpans: config.telemetry.protocolSpans ? core.spans : undefined,
    requestMetrics: requests,
    tap: traffic && httpTap(traffic, contextSettings),
    scrape:
      scrapeHandler &&
      ((request, address) => {
        scrapes.asked(address);
        return scrapeHandler.scrape(request);
      }),
    authentication,
    isDraining,
    onError,
  });
}
