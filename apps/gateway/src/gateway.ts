import { toFetchHandler } from '@dcc-mcp/http-adapter';
import { pagePathOf } from './admin/admin-routes.ts';
import { type Rooms, createRooms } from './assembly/create-rooms.ts';
import { createSources } from './assembly/create-sources.ts';
import type { GatewayParts } from './assembly/gateway-parts.ts';
import type { SettingView } from './config/load/setting-views.ts';
import type { GatewayConfig } from './config/reader/gateway-config.ts';
import type { App } from './http/app.ts';
import type { ServedApps } from './http/served-apps.ts';
import type { McpSide } from './mcp/server/assemble-mcp.ts';
import { StdioTap } from './mcp/transport/stdio/stdio-tap.ts';
import { type ActivityNote, toActivityRow } from './recording/rows/activity-note.ts';
import { observeGateway } from './recording/telemetry/gateway-instruments.ts';
import type { ElectionRecord } from './registry/election/election-record.ts';
import type { YieldSecret } from './registry/election/yield-secret.ts';
import type { InstanceTable } from './registry/table/instance-table.ts';
import type { Upstreams } from './registry/table/upstreams.ts';

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
  /** The table of instances, for whoever has some. */
  readonly table: Pick<InstanceTable, 'source'>;
  /** The servers that it knows at this moment. */
  readonly servers: Pick<Upstreams, 'all' | 'byKey' | 'get' | 'untried' | 'firstTries'>;
  /**
   * Begins one piece of work that comes otherwise than over HTTP; what it gives ends it. New work has none after
   * {@link drain}.
   */
  begin(isNew?: boolean): (() => void) | undefined;
  /** Puts what earlier processes remembered into the history, and begins to write it down; reads what was approved. Never rejects. */
  openHistory(): Promise<void>;
  /** Writes down what is not yet. */
  closeHistory(): Promise<void>;
  /** Lets work that comes wait until {@link start}: before anybody can ask. */
  hold(): void;
  /** Connects the upstreams in the background. @param urls Where it listens, so that it is no upstream of itself. */
  start(urls: readonly string[]): void;
  /** Takes over the upstreams, policy and limits of a changed configuration; what runs goes on. */
  apply(config: GatewayConfig, settings: readonly SettingView[]): void;
  /** Open streams. */
  readonly streams: () => number;
  /** Puts a change of exporters or of the configuration into the feed of activity. */
  note(note: ActivityNote): void;
  /** Pieces of work that run, without those that came after {@link drain}. */
  readonly underway: () => number;
  /** Refuses new work from now on, and answers reads that wait; readiness says so. */
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

/** Wires a gateway. Nothing runs, nothing is connected, and no global is touched. */
export function assembleGateway(parts: GatewayParts): Gateway {
  const rooms = createRooms(parts);
  const { core, side, served, inFlight, store, traffic, table, messages } = rooms;
  const { upstreams } = core;
  const { neighbours } = rooms;
  const answer: App = (http) => neighbours.answer(http) ?? served.app(http);
  const app: App = (http) => inFlight.track(http, answer);
  const sources = createSources(parts, rooms);
  const stopMeasuring = startMeasuring(rooms, parts);
  return {
    ...side,
    app,
    fetch: toFetchHandler(app),
    metricsApp: served.metricsApp,
    pagePath: pagePathOf({ ...parts.config.server, page: parts.page }),
    stdioTap: traffic && new StdioTap(traffic.tap, core.contextSettings.sessionKey),
    table,
    servers: upstreams,
    election: rooms.election,
    yieldSecret: rooms.yieldSecret,
    ...drainingOf(rooms),
    ...historyOf(rooms),
    ...startingOf(rooms, (urls) => sources.start(urls)),
    apply: (changed, settings) => {
      applySettings(rooms, changed, settings);
      sources.apply(changed);
    },
    streams: () => Object.values(rooms.streams.counts()).reduce((sum, each) => sum + each, 0),
    note: (note) => store.append('activity', toActivityRow(note)),
    endCalls: () => table.endCalls(),
    stopJobs: (timeoutMillis) => core.jobs.stop(timeoutMillis),
    close: async () => {
      await sources.close();
      await table.close();
      await core.governance.close();
      await messages.close();
      stopMeasuring();
    },
  };
}

/** @returns What ends it. */
function startMeasuring({ instruments, core, streams, sessions }: Rooms, { role }: GatewayParts): () => void {
  const { metrics, requests } = instruments;
  const isWorker = role === 'worker';
  const observed = metrics && observeGateway(metrics, { ...core, sessions, streams, isWorker });
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
      core.recorder.flush();
      await Promise.all([files.close(), traffic?.close()]);
    },
  };
}

/** The keys of tokens are fetched while servers are connected. */
function startingOf(
  { authentication, opening }: Pick<Rooms, 'authentication' | 'opening'>,
  connect: Gateway['start'],
): Pick<Gateway, 'hold' | 'start'> {
  return {
    hold: () => opening.hold(),
    start: (urls) => {
      void authentication?.prepare();
      connect(urls);
      opening.open();
    },
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

function drainingOf({
  inFlight,
  neighbours,
  core,
}: Pick<Rooms, 'inFlight' | 'neighbours' | 'core'>): Pick<Gateway, 'begin' | 'underway' | 'drain' | 'whenIdle'> {
  return {
    begin: (isNew = true) => (isNew && inFlight.isDraining ? undefined : inFlight.begin()),
    underway: () => inFlight.underway,
    drain: () => {
      inFlight.drain();
      // Whoever waits for output waits for nothing that is to be finished.
      core.outputs.endWaits();
      // What it alone has ends with it: until then others may go on with what they have begun.
      void neighbours.leave();
    },
    whenIdle: (timeoutMillis) => inFlight.whenIdle(timeoutMillis),
  };
}
