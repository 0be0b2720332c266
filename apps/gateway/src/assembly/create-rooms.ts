// assembly/: makes the rooms of a gateway once, and gives each what it needs of others.
import type { CallStore } from '@dcc-mcp/call-store';
import type { Telemetry } from '@dcc-mcp/telemetry-node';
import { ATTR_SERVICE_INSTANCE_ID } from '@opentelemetry/semantic-conventions';
import { adminRoutes } from '../admin/admin-routes.ts';
import { adminSources } from '../admin/admin-sources.ts';
import { Catalog } from '../catalog/catalog.ts';
import { createLocalState } from '../cluster/shared-state.ts';
import type { WorkerCount, WorkerFacts } from '../cluster/workers/worker-parts.ts';
import type { SettingView } from '../config/load/setting-views.ts';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import type { Governance } from '../governance/governance.ts';
import { type BaseUrlOf, createBaseUrlOf } from '../http/addresses/base-url.ts';
import { type Authentication, createAuthentication } from '../http/auth/authentication.ts';
import { InFlight } from '../http/in-flight.ts';
import { Opening } from '../http/opening.ts';
import type { RouteTable } from '../http/route-table.ts';
import type { ServedApps } from '../http/served-apps.ts';
import { toClientNotifications } from '../mcp/notifications/registry-notifications.ts';
import { assembleMcp, type McpSide } from '../mcp/server/assemble-mcp.ts';
import type { OperationCore } from '../operations/frame/core.ts';
import type { Log } from '../protocol/log.ts';
import type { GatewayMessages } from '../protocol/messages/gateway-messages.ts';
import { AuditFiles, SHARED_STORE } from '../recording/files/audit-files.ts';
import { ListedTokens } from '../recording/rows/listed-tokens.ts';
import { type GatewayInstruments, createInstruments } from '../recording/telemetry/gateway-instruments.ts';
import { StreamCounts } from '../recording/telemetry/stream-counts.ts';
import { startCapture } from '../recording/traffic/start-capture.ts';
import type { TrafficCapture } from '../recording/traffic/traffic-capture.ts';
import { InstanceHistory } from '../registry/events/instance-history.ts';
import type { RegistryEvents } from '../registry/events/registry-events.ts';
import type { HttpRegistry } from '../registry/http/http-registry.ts';
import type { InstanceTable } from '../registry/table/instance-table.ts';
import { createApps } from './create-apps.ts';
import { type Ballot, createBallot } from './create-ballot.ts';
import { createCore } from './create-core.ts';
import { createHttpRegistry, createTable } from './create-sources.ts';
import type { GatewayParts, SharingParts } from './gateway-parts.ts';
import { Neighbours } from './neighbours.ts';

/** The rooms that answer. */
export interface Rooms extends Omit<Ballot, 'routes'> {
  readonly authentication: Authentication | undefined;
  readonly instruments: GatewayInstruments;
  readonly core: OperationCore;
  readonly streams: StreamCounts;
  /** Those of this process, and of the processes that it has started. */
  readonly sessions: { readonly count: number };
  readonly side: McpSide;
  readonly served: ServedApps;
  readonly inFlight: InFlight;
  readonly opening: Opening;
  readonly files: AuditFiles;
  readonly store: CallStore;
  readonly table: InstanceTable;
  readonly registry: HttpRegistry;
  readonly neighbours: Neighbours;
  /** Reaches the gateways that share the state. */
  readonly messages: GatewayMessages;
  /** Absent where no traffic is captured. */
  readonly traffic: TrafficCapture | undefined;
  /** The configuration in force. */
  readonly current: { config: GatewayConfig; settings: readonly SettingView[] };
}

/** Makes each room once, with what it needs of others. Nothing runs yet. */
export function createRooms(parts: GatewayParts): Rooms {
  const { config, settings = [], log, state = createLocalState(parts.stateFolder, log) } = parts;
  const catalog = new Catalog();
  const instruments = createInstruments(parts);
  const onError = createErrorReport(log);
  const { metrics } = instruments;
  const onDropped = (rowsOf: string): void => metrics?.recordRowsDropped(rowsOf, 1);
  const store = createStore({ ...parts, state }, onError, onDropped);
  const listed = new ListedTokens(Date.now, (bytes) => parts.tellCount?.({ of: 'listed', bytes }));
  const history = new InstanceHistory(Date.now);
  const messages = state.createMessages(onError);
  const neighbours = new Neighbours({ ...parts, state }, messages);
  const kept = { messages, neighbours, store, listed, history };
  const core = createCore({ ...parts, ...kept, state, onError }, catalog, instruments.metrics);
  parts.workers?.onCount((count) => addCount(count, core.governance, listed));
  const streams = new StreamCounts();
  const inFlight = new InFlight();
  const opening = new Opening();
  const side = createMcp({ ...parts, state, messages, neighbours, inFlight }, core, streams);
  const files = new AuditFiles({ store, config: config.audit, log, onDropped });
  const traffic = startCapture(config, log);
  const events = rememberingEvents(neighbours.told(toClientNotifications(side)), store);
  const table = createTable(parts, { core, events, metrics, history, tap: traffic?.tap });
  listenTo(core, events, table);
  neighbours.meet({ core, side, table, inFlight });
  const registry = createHttpRegistry({ ...parts, state, neighbours, onError }, table, core.upstreams);
  const ballot = createBallot(parts, { events, metrics, inFlight });
  const authentication = createAuthentication(config.auth, { log, now: Date.now });
  const baseUrlOf = createBaseUrlOf({ ...config.server, ...core.contextSettings });
  const sessions = sessionsOf(side, parts.workers);
  const known = { table, registry, neighbours, authentication, baseUrlOf, sessions, current: { config, settings } };
  const made = { ...known, messages, instruments, core, streams, side, inFlight, opening, files, store, traffic };
  const served = createApps({ ...parts, state }, instruments, {
    ...made,
    routes: { ...side.routes, ...ballot.routes },
    admin: createAdmin({ ...parts, state }, { ...made, listed, history }),
    isDraining: () => inFlight.isDraining,
  });
  return { ...made, served, ...ballot };
}

type ShownRooms = Omit<Rooms, 'served' | keyof Ballot> & {
  readonly listed: ListedTokens;
  readonly history: InstanceHistory;
  readonly baseUrlOf: BaseUrlOf;
};

function createAdmin(parts: SharingParts, rooms: ShownRooms): RouteTable {
  const { config, page } = parts;
  const { instruments, core, streams, sessions, files, listed, history, table, traffic, current } = rooms;
  const inForce = { config: () => current.config, settings: () => current.settings };
  const kept = { store: files.history, files, streams, sessions, listed, history, traffic };
  const { metrics, requests, scrapes } = instruments;
  const measured = { scrapes, series: () => ({ ...metrics?.seriesUsage(), ...requests?.seriesUsage() }) };
  const told = { table, keys: rooms.authentication?.keys, shared: parts.state.store };
  const sources = adminSources({ ...parts, ...inForce, ...kept, ...measured, ...told, core });
  const { baseUrlOf, inFlight } = rooms;
  const shown = { page, baseUrlOf, stopping: inFlight.draining, hasHistory: config.admin.history };
  return adminRoutes({ sources, ...config.server, ...shown });
}

function createMcp(
  {
    config,
    version,
    state,
    messages,
    neighbours,
    inFlight,
    log,
  }: SharingParts & Pick<Rooms, 'messages' | 'neighbours' | 'inFlight'>,
  core: OperationCore,
  streams: StreamCounts,
): McpSide {
  const { server, telemetry } = config;
  return assembleMcp({
    core,
    state,
    messages,
    streams,
    serverInfo: { name: 'dcc-mcp-gateway', title: server.name ?? 'DCC-MCP gateway', version },
    exposesAll: server.expose === 'all',
    hasProtocolSpans: telemetry.protocolSpans,
    bodyLimitBytes: server.bodyLimitBytes,
    beginPause: () => inFlight.begin(),
    isSubscribedElsewhere: (uri) => neighbours.isSubscribed(uri),
    log,
  });
}

function createStore(
  { config, state, telemetry }: SharingParts,
  onError: (error: unknown) => void,
  onDropped: (store: string) => void,
): CallStore {
  return state.createCallStore({
    capacities: config.admin,
    sharedRows: config.redisRows,
    serviceInstanceId: serviceInstanceIdOf(telemetry),
    onError,
    onNotShared: () => onDropped(SHARED_STORE),
  });
}

/** What names a gateway among others, as its spans and metrics say it. */
function serviceInstanceIdOf({ resource }: Telemetry): string {
  const id = resource.attributes[ATTR_SERVICE_INSTANCE_ID];
  return typeof id === 'string' && id !== '' ? id : crypto.randomUUID();
}

function sessionsOf({ sessions }: McpSide, workers: WorkerFacts | undefined): Rooms['sessions'] {
  return workers === undefined
    ? sessions
    : {
        get count() {
          return workers.sessions();
        },
      };
}

/** What a worker counted is counted here as well, where it is asked for. */
function addCount(count: WorkerCount, governance: Governance, listed: ListedTokens): void {
  switch (count.of) {
    case 'listed':
      return listed.note(count.bytes);
    case 'throttled':
      return governance.noteThrottled();
    case 'loop':
      return governance.loops.noteSeen();
  }
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

function listenTo(
  { outputs, governance }: OperationCore,
  events: RegistryEvents,
  table: Pick<InstanceTable, 'tellRows'>,
): void {
  outputs.listen((instanceId) => events.onOutput(instanceId));
  governance.listen(() => {
    events.onToolsChanged();
    // Where each of its tools is held an instance is.
    table.tellRows();
  });
}

/** Tells what should not have been thrown to the operator, never to a caller. */
function createErrorReport(log: Log): (error: unknown) => void {
  return (error) =>
    log(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, {
      severity: 'error',
    });
}
