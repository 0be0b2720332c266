import { type ServedConnections, serveConnections } from '@dcc-mcp/http-adapter/node';
import { createMetricsWorker, type MetricsWorker } from '@dcc-mcp/prometheus-bridge/cluster';
import type { Environment } from '@dcc-mcp/telemetry-config';
import { createCapturePolicy } from '@dcc-mcp/workflow-spans';
import type { SharedState } from './cluster/shared-state.ts';
import type { ProcessChannel } from './cluster/workers/channel/channel.ts';
import { Peer } from './cluster/workers/channel/peer.ts';
import { primaryPath, workerPath } from './cluster/workers/forward/internal-address.ts';
import { openInternalListener } from './cluster/workers/forward/internal-listener.ts';
import { passingOn } from './cluster/workers/forward/pass-on.ts';
import { toHolder, type ToHolderOptions } from './cluster/workers/forward/to-holder.ts';
import { metricsChannel } from './cluster/workers/metrics/metrics-channel.ts';
import type { WorkerEnd, WorkerLoad, WorkerStart } from './cluster/workers/pool/worker-start.ts';
import { machineMillis } from './cluster/workers/state/machine-clock.ts';
import { remotePort } from './cluster/workers/state/ports.ts';
import { createRemoteState } from './cluster/workers/state/remote-state.ts';
import { MirroredInstances } from './cluster/workers/upstreams/mirrored-instances.ts';
import type { InstanceNews } from './cluster/workers/upstreams/shared-instances.ts';
import type { SettingView } from './config/load/setting-views.ts';
import { VERSION } from './config/load/version.ts';
import type { GatewayConfig } from './config/reader/gateway-config.ts';
import { StateFolder } from './files/state-folder.ts';
import { assembleGateway, type Gateway } from './gateway.ts';
import type { App } from './http/app.ts';
import { boundsOf, tellsFull } from './http/open-listeners.ts';
import type { Log } from './protocol/log.ts';
import { type GatewayTelemetry, startGatewayTelemetry } from './recording/telemetry/start-gateway-telemetry.ts';

/** How often it is told how busy a worker is. */
const LOAD_MILLIS = 500;
/** How long a worker that takes the place of another one waits for its servers to be tried. */
const SERVERS_MILLIS = 5_000;
const LOOK_MILLIS = 20;
/** How long an answer may take to be written once its call has ended, and telemetry to leave. */
const CLOSE_MILLIS = 1_000;
const FLUSH_MILLIS = 5_000;
const QUIET: Log = () => {};

/** What belongs to the process that a worker is. */
export interface WorkerProcess {
  readonly channel: ProcessChannel;
  readonly env: Environment;
  readonly exit: (code: number) => void;
}

/** A worker that serves. */
interface RunningWorker {
  readonly gateway: Gateway;
  readonly telemetry: GatewayTelemetry;
  readonly connections: ServedConnections;
  /** Absent where nothing turns `/metrics` on. */
  readonly metrics: MetricsWorker | undefined;
}

/** Answers requests for the process on the other side of the channel, until that one is gone. */
export function runWorker({ channel, env, exit }: WorkerProcess): void {
  const peer = new Peer(channel, (error) => peer.tell('worker.log', lineOf(error), { severity: 'warn' }));
  const early: InstanceNews[] = [];
  let follow = (news: InstanceNews): void => void early.push(news);
  let running: RunningWorker | undefined;
  let changed: Parameters<Gateway['apply']> | undefined;
  channel.onEnd(() => exit(0));
  peer.serve({
    'instances.news': (news: InstanceNews) => follow(news),
    'instances.refreshTools': (instanceId: string) => void running?.gateway.servers.get(instanceId)?.refreshTools(),
    'worker.apply': (config: GatewayConfig, settings: readonly SettingView[]) => {
      changed = [config, settings];
      running?.gateway.apply(config, settings);
    },
    'worker.finish': (finishMillis: number) => (running === undefined ? NOTHING : finish(running, finishMillis)),
    'worker.close': () => running && close(peer, running),
    'worker.start': async (start: WorkerStart) => {
      const instances = new MirroredInstances(peer, start.workers);
      running = await startWorker({ peer, channel, env, start, instances });
      const { table } = running.gateway;
      if (changed !== undefined) {
        running.gateway.apply(...changed);
      }
      follow = (news) => instances.follow(table, news);
      [...start.instances, ...early.splice(0)].forEach(follow);
      void whenServing(running.gateway, start).then(() => peer.tell('worker.ready'));
    },
  });
}

const NOTHING: WorkerEnd = { finished: 0, unfinished: 0 };

interface WorkerParts {
  readonly peer: Peer;
  readonly channel: ProcessChannel;
  readonly env: Environment;
  readonly start: WorkerStart;
  readonly instances: MirroredInstances;
}

async function startWorker({ peer, channel, env, start, instances }: WorkerParts): Promise<RunningWorker> {
  const { config, settings, stateDirectory, address } = start;
  const capture = createCapturePolicy({
    captureContent: config.telemetry.captureContent.filter((word) => word !== 'scene'),
    env,
  });
  const log: Log = (line, fields) => peer.tell('worker.log', line, fields);
  // That an exporter fails is told by the process that all of them belong to.
  const telemetry = await startGatewayTelemetry(config, capture, { log: QUIET, onExporter: () => {} });
  const onError = (error: unknown): void => log(`internal error: ${lineOf(error)}`, { severity: 'error' });
  const { keepsAllTraces } = start;
  const state = createRemoteState({ peer, address, onError, keepsAllTraces, now: machineMillis });
  let metrics: MetricsWorker | undefined;
  const wire = metricsChannel(peer, (listener) => channel.onEnd(listener));
  const gateway = assembleGateway({
    config,
    settings,
    version: VERSION,
    capture,
    telemetry: telemetry.telemetry,
    state,
    stateFolder: stateDirectory === undefined ? undefined : new StateFolder(stateDirectory),
    log,
    role: 'worker',
    tellCount: (count) => peer.tell('worker.count', count),
    createScrapeHandler: (source, { exemplars }) => {
      metrics = createMetricsWorker(source, wire, exemplars === undefined ? {} : { exemplars });
      return metrics;
    },
    instances: { createUpstream: instances.create, evicts: false, log: QUIET },
  });
  const connections = serve(toHolder(gateway.app, holding(peer, state, start)), log, start);
  // What was sent to another worker is answered here alone.
  gateway.hold();
  await openInternalListener(gateway.app, workerPath(start.meetingPlace, address));
  takeConnections(connections, { peer, channel });
  await gateway.openHistory();
  gateway.start([]);
  tellLoad(peer, gateway);
  return { gateway, telemetry, connections, metrics };
}

/** Each worker has its share of what one listener may hold. */
function serve(app: App, log: Log, start: WorkerStart): ServedConnections {
  const { config, bounds, workers, meetingPlace } = start;
  const { bodyLimitBytes } = config.server;
  const whole = boundsOf(config.server, bounds);
  const { maxConnections = MAX_CONNECTIONS, maxHeldBodyBytes = 0 } = whole;
  return serveConnections(passingOn(app, { socketPath: primaryPath(meetingPlace), bodyLimitBytes }), {
    ...whole,
    maxConnections: Math.ceil(maxConnections / workers),
    maxHeldBodyBytes: Math.max(Math.ceil(maxHeldBodyBytes / workers), 2 * bodyLimitBytes),
    onFull: tellsFull(log),
  });
}

/** Where something is held that is asked for here. */
function holding(peer: Peer, { inputRounds: rounds }: SharedState, start: WorkerStart): ToHolderOptions {
  const { config, address: own } = start;
  return {
    rounds,
    jobs: remotePort(peer, 'jobs'),
    pathOf: async (address) => {
      const path = own.startsWith(address) ? undefined : await peer.call('worker.pathOf', address);
      return typeof path === 'string' ? path : undefined;
    },
    bodyLimitBytes: config.server.bodyLimitBytes,
  };
}

/** What a listener of one process takes. */
const MAX_CONNECTIONS = 10_000;

function takeConnections(
  connections: ServedConnections,
  { peer, channel }: Pick<WorkerParts, 'peer' | 'channel'>,
): void {
  channel.onSocket((socket) => {
    socket.once('close', () => peer.tell('worker.left', 1));
    // That leaves before anything of the connection is read.
    peer.tell('worker.took', 1);
    connections.take(socket);
  });
}

function tellLoad(peer: Peer, gateway: Gateway): void {
  let told: WorkerLoad = { underway: 0, streams: 0 };
  setInterval(() => {
    const load: WorkerLoad = { underway: gateway.underway(), streams: gateway.streams() };
    if (load.underway !== told.underway || load.streams !== told.streams) {
      told = load;
      peer.tell('worker.load', load);
    }
  }, LOAD_MILLIS).unref();
}

/** At the start of all callers wait for servers as they would for one process; later others serve until they are there. */
async function whenServing({ servers }: Gateway, { waitsForServers }: WorkerStart): Promise<void> {
  const deadline = performance.now() + (waitsForServers ? SERVERS_MILLIS : 0);
  while (performance.now() < deadline && servers.firstTries().length > 0) {
    await new Promise((resolve) => void setTimeout(resolve, LOOK_MILLIS));
  }
}

/** Ends what runs; whoever asks is still answered. */
async function finish({ gateway, connections }: RunningWorker, finishMillis: number): Promise<WorkerEnd> {
  const underway = gateway.underway();
  let unfinished = 0;
  gateway.drain();
  connections.endBodies();
  await gateway.stopJobs(CLOSE_MILLIS);
  if (!(await gateway.whenIdle(finishMillis))) {
    unfinished = gateway.underway();
    gateway.endCalls();
    await gateway.whenIdle(CLOSE_MILLIS);
  }
  return { finished: underway - unfinished, unfinished };
}

async function close(peer: Peer, { gateway, telemetry, connections, metrics }: RunningWorker): Promise<void> {
  peer.tell('worker.closing');
  await gateway.closeStreams();
  await connections.close({ graceMillis: CLOSE_MILLIS });
  await metrics?.close();
  await telemetry.stop(FLUSH_MILLIS);
  await gateway.close();
}

function lineOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
