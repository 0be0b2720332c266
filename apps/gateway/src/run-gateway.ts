import type { ServedHttp } from '@dcc-mcp/http-adapter/node';
import { EVENT_DCC_MCP_EXPORTER_STATE, EVENT_DCC_MCP_GATEWAY_STOP } from '@dcc-mcp/semantic-conventions';
import type { Environment } from '@dcc-mcp/telemetry-config';
import type { Telemetry, TelemetryHealthChange } from '@dcc-mcp/telemetry-node';
import { type CapturePolicy, createCapturePolicy } from '@dcc-mcp/workflow-spans';
import { readPageFiles } from './admin/page-files.ts';
import type { GatewayParts, Reaching } from './assembly/gateway-parts.ts';
import { type Candidacy, openByElection } from './cluster/elected-listeners.ts';
import { type Joined, joinRedis } from './cluster/join-redis.ts';
import { createLocalState } from './cluster/shared-state.ts';
import { createWorkers } from './cluster/workers/create-workers.ts';
import type { StartedProcess } from './cluster/workers/pool/worker-handle.ts';
import type { Workers } from './cluster/workers/workers.ts';
import { registryFolderOf } from './config/load/registry-folder-of.ts';
import type { SettingView } from './config/load/setting-views.ts';
import { stateFolderOf } from './config/load/state-folder-of.ts';
import { VERSION } from './config/load/version.ts';
import type { GatewayConfig } from './config/reader/gateway-config.ts';
import type { StateFolder } from './files/state-folder.ts';
import { assembleGateway, type Gateway } from './gateway.ts';
import { type ListenerBounds, type Listeners, openListeners } from './http/open-listeners.ts';
import type { Log } from './protocol/log.ts';
import { counted } from './protocol/printable-text.ts';
import { type ActivityNote, exporterNote } from './recording/rows/activity-note.ts';
import { flushedLines } from './recording/telemetry/flushed.ts';
import { createGatewayLog } from './recording/telemetry/gateway-log.ts';
import { type GatewayTelemetry, startGatewayTelemetry } from './recording/telemetry/start-gateway-telemetry.ts';
import { PortHeldError } from './registry/election/port-held-error.ts';

export interface RunOptions {
  readonly config: GatewayConfig;
  /** Where each setting comes from, for whoever asks; default: none are told of. */
  readonly settings?: readonly SettingView[];
  readonly env: Environment;
  /** Where people read what is logged. */
  readonly log: Log;
  /** What slow callers may do; default what suits an operator. */
  readonly listenerBounds?: ListenerBounds;
  readonly reaching?: Reaching | undefined;
  /** How long work in flight may take after the signal to stop; default 10 s. */
  readonly finishMillis?: number | undefined;
  /** Stands for the port against other gateways; default: a port that is held is an error. */
  readonly candidacy?: Candidacy;
  /** A newer gateway was promised the port; default: this one stops. */
  readonly onYield?: () => void;
  /** How its workers are started, where it has some; absent where that can't be. */
  readonly startProcess?: (() => StartedProcess) | undefined;
  /** Why it does not run, told before telemetry has left, which may take seconds. */
  readonly onHeld?: (error: PortHeldError) => void;
}

/** A gateway that runs. */
export interface RunningGateway {
  readonly gateway: Gateway;
  readonly telemetry: Telemetry;
  /** The gateway's log: to people, and to the collector where log records leave. */
  readonly log: Log;
  /** Where it listens; absent with `--stdio` alone. */
  readonly url: string | undefined;
  /** Listeners that serve metrics alone: `METRICS_PORT`, and the one of the specification. */
  readonly metricsUrls: readonly string[];
  /** Stops in order: no new work, work in flight, listener and streams, telemetry, upstreams. Idempotent. */
  stop(): Promise<void>;
}

const FINISH_MILLIS = 10_000;
/** How long an answer may take to be written once its call has ended. */
const CLOSE_MILLIS = 1_000;

/** How long telemetry may take to leave. */
const FLUSH_MILLIS = 5_000;

/**
 * Starts telemetry, binds, and connects the upstreams in the background.
 *
 * @throws {NodeJS.ErrnoException} When a port can't be bound; then nothing is left running.
 * @throws {PortHeldError} When it stood for the port, and another one keeps it.
 */
export async function runGateway(options: RunOptions): Promise<RunningGateway> {
  const { config, env, finishMillis = FINISH_MILLIS } = options;
  const capture = capturePolicyOf(config, env);
  let telemetry: Telemetry | undefined;
  const log = createGatewayLog(config, options.log, () => telemetry);
  /** For what is to be said when no log record leaves any more. */
  const people = createGatewayLog(config, options.log, () => undefined);
  let gateway: Gateway | undefined;
  let started: RunningGateway | undefined;
  const onExporter = (change: TelemetryHealthChange): void => gateway?.note(exporterNote(change));
  const running = await startGatewayTelemetry(config, capture, { log, onExporter });
  telemetry = running.telemetry;
  const stateFolder = stateFolderOf(config, env);
  const joined = await joinRedis(config, { local: () => createLocalState(stateFolder, log), log });
  const note = (told: ActivityNote): void => gateway?.note(told);
  let workers: Workers | undefined;
  let listeners: Listeners;
  try {
    const onYield = options.onYield ?? (() => void started?.stop());
    const surroundings = { capture, telemetry, log, joined, stateFolder, note, onYield };
    ({ gateway, workers } = assemble(options, surroundings));
    joined.tell(note);
    gateway.hold();
    listeners = await listen(options, { gateway, workers, log, stateFolder });
  } catch (error) {
    if (error instanceof PortHeldError) {
      options.onHeld?.(error);
    }
    // An election that was lost is counted, and what is counted leaves.
    await running.stop(gateway?.election.hasLost === true ? FLUSH_MILLIS : 0);
    await joined.leave();
    throw error;
  }
  started = toRunning({ gateway, workers, telemetry: running, log, people, listeners, finishMillis, joined });
  sayWhatEnds(config, stateFolder, log);
  await gateway.openHistory();
  gateway.start(listeners.all.map(({ url }) => url));
  joined.begin();
  await workers?.start();
  return started;
}

function capturePolicyOf({ telemetry: { captureContent } }: GatewayConfig, env: Environment): CapturePolicy {
  return createCapturePolicy({ captureContent: captureContent.filter((word) => word !== 'scene'), env });
}

interface Surroundings extends Pick<GatewayParts, 'capture' | 'telemetry' | 'log' | 'onYield'> {
  readonly joined: Joined;
  readonly stateFolder: StateFolder | undefined;
  readonly note: (note: ActivityNote) => void;
}

/** The gateway of this process, and the workers that belong to it. @throws {TypeError} Where it can't be as it is configured. */
function assemble(
  { config, settings = [], env, reaching, listenerBounds: bounds = {}, startProcess }: RunOptions,
  { joined, note, ...about }: Surroundings,
): { readonly gateway: Gateway; readonly workers: Workers | undefined } {
  const { state } = joined;
  const page = config.server.admin ? readPageFiles() : undefined;
  const registryFolder = registryFolderOf(config, env);
  const workers = createWorkers({ ...about, config, settings, bounds, state, startProcess, note });
  const parts = { ...about, config, settings, version: VERSION, page, registryFolder, reaching, state };
  const gateway = assembleGateway({ ...parts, ...workers?.parts });
  return { workers, gateway: workers === undefined ? gateway : { ...gateway, apply: applyingToAll(gateway, workers) } };
}

/** A changed configuration is for all processes. */
function applyingToAll(gateway: Gateway, workers: Workers): Gateway['apply'] {
  return (config, settings) => {
    gateway.apply(config, settings);
    workers.apply(config, settings);
  };
}

/** Approvals that have no place to be kept are begun anew by each process. */
function sayWhatEnds({ policy }: GatewayConfig, folder: StateFolder | undefined, log: Log): void {
  if (policy.quarantine !== 'off' && folder === undefined) {
    const fix = 'name a folder for them by DCC_MCP_STATE_DIR';
    log(`quarantine: approvals end with this process, for no state folder is known; ${fix}`, { severity: 'warn' });
  }
}

type Started = Omit<Stopped, 'listeners'> & { readonly listeners: Listeners };

function toRunning({ listeners, ...started }: Started): RunningGateway {
  const { gateway, telemetry, log } = started;
  let stopped: Promise<void> | undefined;
  return {
    gateway,
    telemetry: telemetry.telemetry,
    log,
    url: listeners.main?.url,
    metricsUrls: listeners.metrics.map(({ url }) => url),
    stop: () => (stopped ??= stop({ ...started, listeners: listeners.all })),
  };
}

interface Listening {
  readonly gateway: Gateway;
  readonly workers: Workers | undefined;
  readonly log: Log;
  readonly stateFolder: StateFolder | undefined;
}

/** Opens the listeners, by election where the gateway stands for one. */
async function listen(
  { config, candidacy, listenerBounds: bounds = {} }: RunOptions,
  { gateway, workers, log, stateFolder }: Listening,
): Promise<Listeners> {
  const { election, yieldSecret } = gateway;
  const open = (): Promise<Listeners> =>
    openListeners(config, gateway, {
      log,
      bounds,
      listenMain: workers && ((address) => workers.listen(gateway.app, address)),
    });
  // Any free port is nobody else's.
  const isContested = config.server.listens && config.server.port !== 0;
  const listeners = await (candidacy !== undefined && isContested
    ? openByElection(config, { ...candidacy, version: VERSION, stateFolder, open, onLost: () => election.lost(), log })
    : open());
  if (listeners.main !== undefined) {
    election.won(listeners.main.url);
    await yieldSecret.lay(listeners.main.port);
  }
  return listeners;
}

interface Stopped {
  readonly gateway: Gateway;
  readonly workers: Workers | undefined;
  readonly telemetry: GatewayTelemetry;
  readonly log: Log;
  readonly people: Log;
  readonly listeners: readonly ServedHttp[];
  readonly finishMillis: number;
  readonly joined: Joined;
}

async function stop(running: Stopped): Promise<void> {
  const { gateway, workers, telemetry, log, people, listeners, finishMillis, joined } = running;
  log('stopping: no new work', { event: EVENT_DCC_MCP_GATEWAY_STOP });
  const underway = gateway.underway();
  gateway.drain();
  // A request that does not come is no work: its caller would be waited for to the last.
  listeners.forEach((listener) => listener.endBodies());
  const workersEnd = workers?.stop(finishMillis);
  await gateway.yieldSecret.takeBack();
  let unfinished = 0;
  // First of all: calls of callers who wait may stand behind them in a queue.
  await gateway.stopJobs(CLOSE_MILLIS);
  const isIdle = await gateway.whenIdle(finishMillis);
  if (!isIdle) {
    unfinished = gateway.underway();
    gateway.endCalls();
    await gateway.whenIdle(CLOSE_MILLIS);
  }
  const { finished: more = 0, unfinished: less = 0 } = (await workersEnd) ?? {};
  await gateway.closeStreams();
  await Promise.all(listeners.map((listener) => listener.close({ graceMillis: CLOSE_MILLIS })));
  await gateway.closeHistory();
  await joined.leave();
  // Before telemetry ends, so that it leaves.
  log(stoppedLine(underway - unfinished + more, unfinished + less, finishMillis), {
    event: EVENT_DCC_MCP_GATEWAY_STOP,
  });
  const exporters = await telemetry.stop(FLUSH_MILLIS);
  for (const { line, severity } of flushedLines(exporters)) {
    people(line, { severity, event: EVENT_DCC_MCP_EXPORTER_STATE });
  }
  await gateway.close();
}

function stoppedLine(finished: number, unfinished: number, finishMillis: number): string {
  const requests = counted(finished, 'request');
  if (unfinished > 0) {
    return `stopped: ${requests} in flight finished, ${unfinished} ended unfinished after ${finishMillis / 1000} s`;
  }
  return finished === 0 ? 'stopped: nothing was in flight' : `stopped: ${requests} in flight finished`;
}
