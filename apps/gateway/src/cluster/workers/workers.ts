import { serveConnections, type ServedHttp } from '@dcc-mcp/http-adapter/node';
import { createMetricsPrimary, type MetricsPrimary } from '@dcc-mcp/prometheus-bridge/cluster';
import type { ServerShare } from '../../admin/worker-shares.ts';
import type { SettingView } from '../../config/load/setting-views.ts';
import type { GatewayConfig } from '../../config/reader/gateway-config.ts';
import type { App } from '../../http/app.ts';
import { type Address, boundsOf, tellsFull, type ListenerBounds } from '../../http/open-listeners.ts';
import type { Log, LogFields } from '../../protocol/log.ts';
import type { GatewayMessages } from '../../protocol/messages/gateway-messages.ts';
import { unlessAborted } from '../../protocol/unless-aborted.ts';
import type { CreateScrapeHandler } from '../../recording/telemetry/gateway-instruments.ts';
import type { SharedState } from '../shared-state.ts';
import { createInternalPlace, type InternalPlace, primaryPath } from './forward/internal-address.ts';
import { type InternalListener, openInternalListener } from './forward/internal-listener.ts';
import { InternalPaths } from './forward/internal-paths.ts';
import { GAUGE_RULES } from './metrics/gauge-rules.ts';
import { metricsChannel } from './metrics/metrics-channel.ts';
import { openConnectionDesk } from './pool/connection-desk.ts';
import type { StartedProcess, WorkerHandle } from './pool/worker-handle.ts';
import { WorkerPool } from './pool/worker-pool.ts';
import { configOfWorker, type WorkerEnd, type WorkerLoad, type WorkerStart } from './pool/worker-start.ts';
import { machineMillis } from './state/machine-clock.ts';
import { servedMessages } from './state/remote-messages.ts';
import { type ServedState, serveState } from './state/served-state.ts';
import { SharedUpstreams } from './upstreams/shared-upstreams.ts';
import type { SharedInstances, WorkerCount, WorkerFacts, WorkerParts } from './worker-parts.ts';

/** How long a start waits for its workers; until then, and after, this process answers. */
const START_MILLIS = 10_000;
/** What a worker takes to end its work besides the work: jobs, and calls that are ended. */
const FINISH_MILLIS = 4_000;
/** What an end in order takes after its work: streams, connections, telemetry. */
const END_MILLIS = 9_000;
const CLOSE_MILLIS = 1_000;
/** How long somebody who looks waits for a worker that is busy. */
const PATIENCE_MILLIS = 500;

/** What {@link Workers} are made of. */
export interface WorkersOptions {
  readonly count: number;
  readonly config: GatewayConfig;
  readonly settings: readonly SettingView[];
  readonly stateDirectory: string | undefined;
  readonly bounds: ListenerBounds;
  /** What this process and its workers share with others. */
  readonly state: SharedState;
  readonly startProcess: () => StartedProcess;
  readonly log: Log;
  /** Told of a worker that has died, for the feed of activity. */
  readonly onNote: (message: string) => void;
}

/** The processes that answer requests, for the one that started them and has all that there is one of. */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #pool: WorkerPool;
  readonly #served: ServedState;
  readonly #upstreams: SharedUpstreams;
  readonly #loads = new Map<WorkerHandle, WorkerLoad>();
  readonly #countListeners: ((count: WorkerCount) => void)[] = [];
  readonly #paths = new InternalPaths();
  #metrics: MetricsPrimary | undefined;
  #place: InternalPlace | undefined;
  #internal: InternalListener | undefined;
  #config: GatewayConfig;
  #settings: readonly SettingView[];
  #hasStarted = false;

  constructor(options: WorkersOptions) {
    const { count, state, config, settings, startProcess } = options;
    const onError = (error: unknown): void => this.#onError(error);
    this.#options = options;
    this.#config = config;
    this.#settings = settings;
    this.#pool = new WorkerPool({
      count,
      startProcess,
      onError,
      onStarted: (worker) => this.#onStarted(worker),
      onDied: (worker, why, pauseMillis) => this.#onDied(worker, why, pauseMillis),
    });
    const peers = (): readonly WorkerHandle['peer'][] => this.#pool.all().map(({ peer }) => peer);
    this.#served = serveState({ state, peers, onError, now: machineMillis });
    this.#upstreams = new SharedUpstreams(count, peers);
  }

  /** What the gateway of this process is made with. */
  get parts(): WorkerParts {
    const { create: createUpstream, onInstance } = this.#upstreams;
    const instances: SharedInstances = { createUpstream, onInstance };
    const workers: WorkerFacts = {
      states: () => this.#pool.states(),
      sessions: () => this.#served.sessionCount(),
      streams: () => [...this.#loads.values()].reduce((sum, { streams }) => sum + streams, 0),
      shares: async () => (await Promise.all(this.#pool.all().map(sharesOf))).flat(),
      onCount: (listener) => void this.#countListeners.push(listener),
    };
    const createScrapeHandler: CreateScrapeHandler = (source, scrape) => {
      const workerCounts = (): ReturnType<WorkerFacts['states']> => this.#pool.states();
      this.#metrics = createMetricsPrimary({ ...scrape, source, gauges: GAUGE_RULES, workerCounts });
      return this.#metrics;
    };
    return { state: this.#ownState, instances, workers, createScrapeHandler };
  }

  /** The state of this process, which workers reach by its address. */
  get #ownState(): SharedState {
    const { state } = this.#served;
    const createMessages: SharedState['createMessages'] = (onError) => {
      const messages = state.createMessages(onError);
      this.#paths.addPrimary(messages.address);
      return messages;
    };
    return { ...state, createMessages };
  }

  /** Binds the port. @param app Answers what workers pass on, and what comes while none serves. */
  async listen(app: App, { host, port }: Address): Promise<ServedHttp> {
    const { bounds, log, config } = this.#options;
    const own = serveConnections(app, {
      ...boundsOf(config.server, bounds),
      endsConnections: () => this.#pool.serving().length > 0,
      onFull: tellsFull(log),
    });
    const desk = await openConnectionDesk({ host, port, own, serving: () => this.#pool.serving() });
    this.#place = await createInternalPlace();
    this.#internal = await openInternalListener(app, primaryPath(this.#place.base));
    return desk;
  }

  /** Starts the workers; resolves when they serve, or will not soon. */
  async start(): Promise<void> {
    this.#pool.start();
    await this.#pool.whenServing(START_MILLIS);
    this.#hasStarted = true;
  }

  /** Tells the workers of a changed configuration. */
  apply(config: GatewayConfig, settings: readonly SettingView[]): void {
    this.#config = config;
    this.#settings = settings;
    this.#pool.all().forEach(({ peer }) => peer.tell('worker.apply', configOfWorker(config), settings));
  }

  /** Ends the workers in order: what they do may take `finishMillis`. Never rejects. */
  async stop(finishMillis: number): Promise<WorkerEnd> {
    this.#pool.stopReplacing();
    const workers = this.#pool.all();
    // Until the last of them has finished all answer: what a client has to say to a call that runs may come to any.
    const ends = await Promise.all(workers.map((worker) => this.#finish(worker, finishMillis)));
    await Promise.all(workers.map(closed));
    await this.#served.closeRows();
    workers.forEach((worker) => worker.release());
    await this.#pool.kill(CLOSE_MILLIS);
    await this.#internal?.close(CLOSE_MILLIS);
    await this.#place?.remove();
    return {
      finished: ends.reduce((sum, { finished }) => sum + finished, 0),
      unfinished: ends.reduce((sum, { unfinished }) => sum + unfinished, 0),
    };
  }

  /** What runs at a worker ends. */
  #finish(worker: WorkerHandle, finishMillis: number): Promise<WorkerEnd> {
    const { underway: unfinished = 0 } = this.#loads.get(worker) ?? {};
    const lost = (): WorkerEnd => ({ finished: 0, unfinished });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a worker answers
    const end = worker.peer.call('worker.finish', finishMillis) as Promise<WorkerEnd>;
    return unlessAborted(end.catch(lost), AbortSignal.timeout(finishMillis + FINISH_MILLIS), lost);
  }

  #onStarted(worker: WorkerHandle): void {
    const { peer } = worker;
    const messages = this.#served.state.createMessages((error) => this.#onError(error));
    const upstreams = this.#upstreams.serve(peer);
    this.#paths.addWorker(messages.address);
    peer.serve({
      ...this.#served.services(),
      ...upstreams.services,
      ...servedMessages(peer, messages),
      'worker.pathOf': (address: string) => this.#paths.find(this.#place?.base, address),
      'worker.ready': () => worker.ready(),
      'worker.closing': () => worker.closing(),
      'worker.load': (load: WorkerLoad) => void this.#loads.set(worker, load),
      'worker.took': (count: number) => worker.took(count),
      'worker.count': (count: WorkerCount) => this.#countListeners.forEach((listener) => listener(count)),
      'worker.left': (count: number) => {
        worker.connections -= count;
      },
      'worker.log': (line: string, fields: LogFields | undefined) => this.#options.log(line, fields),
    });
    this.#metrics?.connect(metricsChannel(peer, (listener) => void worker.ended.then(listener)));
    peer.call('worker.start', this.#startOf(messages)).catch((error: unknown) => {
      this.#onError(error);
      // What could not start would stand in the way of the one that takes its place.
      worker.kill();
    });
    void worker.ended.then(() => this.#onEnded(worker, messages, upstreams));
  }

  #onEnded(worker: WorkerHandle, messages: GatewayMessages, upstreams: { end(): void }): void {
    this.#loads.delete(worker);
    upstreams.end();
    this.#paths.delete(messages.address);
    this.#served.endJobsOf(messages.address).catch((error: unknown) => this.#onError(error));
    messages.close().catch((error: unknown) => this.#onError(error));
  }

  #startOf({ address }: GatewayMessages): WorkerStart {
    const { count, bounds, stateDirectory } = this.#options;
    return {
      config: configOfWorker(this.#config),
      settings: this.#settings,
      workers: count,
      address,
      meetingPlace: this.#place?.base ?? '',
      stateDirectory,
      bounds,
      instances: this.#upstreams.all(),
      keepsAllTraces: this.#config.audit.dir !== undefined || this.#config.redisUrl !== undefined,
      waitsForServers: this.#hasStarted,
    };
  }

  #onDied({ pid }: WorkerHandle, why: string, pauseMillis: number): void {
    const when = pauseMillis < 1_000 ? 'at once' : `in ${Math.round(pauseMillis / 1_000)} s`;
    const line = `worker ${pid ?? ''} has ended (${why}); another one takes its place ${when}`;
    this.#options.log(line, { severity: 'warn' });
    this.#options.onNote(line);
  }

  #onError(error: unknown): void {
    this.#options.log(`workers: ${error instanceof Error ? error.message : String(error)}`, { severity: 'warn' });
  }
}

/** Never rejects: who does not end is killed. */
async function closed({ peer }: WorkerHandle): Promise<void> {
  const end = peer.call('worker.close').catch(() => undefined);
  await unlessAborted(end, AbortSignal.timeout(END_MILLIS), () => undefined);
}

async function sharesOf({ peer }: WorkerHandle): Promise<readonly ServerShare[]> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what MirroredInstances answers
  const shares = peer.call('instances.shares').catch(() => []) as Promise<readonly ServerShare[]>;
  return unlessAborted(shares, AbortSignal.timeout(PATIENCE_MILLIS), () => []);
}
