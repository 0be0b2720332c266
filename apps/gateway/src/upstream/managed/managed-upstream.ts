import type { JsonObject } from '../../protocol/json-rpc.ts';
import { ConnectionSupervisor } from '../connection/connection-supervisor.ts';
import type { Connection } from '../connection/connection.ts';
import { openConnection, type OpenedConnection } from '../connection/open-connection.ts';
import { SessionMemory } from '../connection/session-memory.ts';
import { Dispatcher } from '../dispatch/dispatcher.ts';
import { failed } from '../hop/failures.ts';
import type {
  HopEnvelope,
  HopFailure,
  HopRequest,
  HopResult,
  Upstream,
  UpstreamEvents,
  UpstreamLoad,
  UpstreamSettings,
  UpstreamStatus,
} from '../upstream.ts';
import type { UpstreamDeps } from './create-upstream.ts';
import { ReadinessProbe } from './readiness-probe.ts';
import { toSafeEvents } from './safe-events.ts';
import { SparseLog } from './sparse-log.ts';
import { StatusTracker } from './status-tracker.ts';
import { UpstreamTools } from './upstream-tools.ts';
import { unlessAborted, whyNotUsable } from './usability.ts';

/** A first try counts as tried after this time, also when it has not ended. */
const TRIED_AFTER_MILLIS = 10_000;

/** See `createUpstream`. */
export class ManagedUpstream implements Upstream {
  readonly settings: UpstreamSettings;
  readonly #deps: Required<UpstreamDeps>;
  readonly #events: Required<UpstreamEvents>;
  readonly #tracker: StatusTracker;
  readonly #dispatcher: Dispatcher;
  readonly #tools: UpstreamTools;
  readonly #supervisor: ConnectionSupervisor;
  readonly #memory = new SessionMemory();
  readonly #garbage = new SparseLog((line) => this.#log(line));
  #probe: ReadinessProbe | undefined;
  #triedTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(settings: UpstreamSettings, deps: Required<UpstreamDeps>) {
    this.settings = settings;
    this.#deps = deps;
    const { random } = deps;
    this.#events = toSafeEvents(deps.events, (line) => this.#log(line));
    this.#tracker = new StatusTracker(settings.isDisabled ? 'disabled' : 'idle', deps.now, () =>
      this.#events.onStatus(this),
    );
    this.#tools = new UpstreamTools({
      pollMillis: deps.toolsPollMillis,
      onTools: (tools) => this.#onTools(tools),
      onFailure: (reason) => this.#log(reason),
    });
    this.#dispatcher = new Dispatcher({
      ...deps.limits,
      concurrency: settings.concurrency,
      maxQueued: settings.maxQueued,
      random,
      onCircuit: (isOpen) => this.#tracker.circuit(isOpen),
      whyNotUsable: () => (this.#supervisor.connection === undefined ? this.#whyNotUsable() : undefined),
      whenUsable: (timeoutMillis) => this.connect(timeoutMillis),
    });
    this.#supervisor = new ConnectionSupervisor({
      random,
      // A host that may come back by itself is looked for as often as it is probed; a child is started less and less.
      maxPauseMillis: settings.transport.type === 'http' ? deps.probeIntervalMillis : 30_000,
      open: (signal) => this.#open(signal),
      onAttempt: () => this.#onAttempt(),
      onUp: (connection) => this.#onUp(connection),
      onFailed: (failure) => this.#onFailed(failure),
      onDown: (connection, end) => connection.facts.era === 'legacy' && this.#events.onSessionEnd(this, end),
    });
  }

  get status(): UpstreamStatus {
    return this.#tracker.status;
  }

  get load(): UpstreamLoad {
    return this.#dispatcher.load;
  }

  get sessionId(): string | undefined {
    return this.#supervisor.connection?.session.transport.sessionId;
  }

  start(): void {
    if (!this.settings.isLazy) {
      this.#begin();
    }
  }

  connect(timeoutMillis: number): Promise<HopFailure | undefined> {
    if (this.#supervisor.connection !== undefined) {
      return Promise.resolve(undefined);
    }
    this.#begin();
    return this.#supervisor.isStarted && !this.#isClosed
      ? this.#supervisor.whenUp(timeoutMillis, () => this.#whyNotUsable())
      : Promise.resolve(this.#whyNotUsable());
  }

  request(hop: HopRequest): Promise<HopResult> {
    const { isLazy } = this.settings;
    // Whoever uses a lazy upstream first waits for its start; others are told at once how things stand.
    return isLazy && this.#supervisor.connection === undefined && ['idle', 'booting'].includes(this.status.readiness)
      ? this.#requestAfterStart(hop)
      : this.#dispatch(hop);
  }

  async #requestAfterStart(hop: HopRequest): Promise<HopResult> {
    const startedAt = performance.now();
    const failure = await unlessAborted(this.connect(hop.timeoutMillis), hop.signal);
    return failure === undefined
      ? this.#dispatch(hop, Math.max(1, hop.timeoutMillis - (performance.now() - startedAt)))
      : { ok: false, failure };
  }

  async #dispatch(hop: HopRequest, timeoutMillis = hop.timeoutMillis): Promise<HopResult> {
    let envelope: HopEnvelope | undefined;
    try {
      return await this.#dispatcher.run(hop, timeoutMillis, (queueWaitMillis, remainingMillis) => {
        const { connection } = this.#supervisor;
        if (connection === undefined) {
          return Promise.resolve({ ok: false, failure: this.#whyNotUsable() });
        }
        envelope ??= hop.begin(queueWaitMillis);
        return connection.request(hop, envelope, remainingMillis);
      });
    } catch (error) {
      // Only what the caller handed in (`begin`, `onRetry`) can throw.
      this.#log(`a request could not be sent: ${error instanceof Error ? error.message : String(error)}`);
      return failed('internal', 'other', 'The gateway could not send the request');
    }
  }

  notify(method: string, params: JsonObject | undefined): void {
    this.#supervisor.connection?.session.notify(method, params);
  }

  refreshTools(): Promise<void> {
    return this.#tools.refresh();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#triedTimer);
    this.#probe?.close();
    this.#tools.detach();
    await this.#supervisor.close();
    if (!this.settings.isDisabled) {
      this.#tracker.change('idle');
    }
  }

  #begin(): void {
    if (this.settings.isDisabled || this.#isClosed || this.#supervisor.isStarted) {
      return;
    }
    this.#triedTimer = setTimeout(() => this.#tracker.tried(), TRIED_AFTER_MILLIS).unref();
    this.#probe = new ReadinessProbe({
      intervalMillis: this.#deps.probeIntervalMillis,
      connection: () => this.#supervisor.connection,
      load: () => this.load,
      readiness: () => this.status.readiness,
      onOutcome: (outcome, failure) => this.#onProbe(outcome, failure),
    });
    this.#supervisor.begin();
  }

  #open(signal: AbortSignal): Promise<OpenedConnection> {
    const { gatewayInfo, random, environment, maxMessageBytes } = this.#deps;
    return openConnection({
      settings: this.settings,
      gatewayInfo,
      random,
      environment,
      maxMessageBytes,
      signal,
      memory: this.#memory,
      events: {
        onNotification: (method, params) => this.#onNotification(method, params),
        onLost: (reason) => this.#supervisor.lost(reason),
        onLateAnswer: () => this.#tracker.lateAnswer(),
        onGarbage: (text) => this.#garbage.log(`not JSON-RPC: ${text.slice(0, 200)}`),
      },
      onStderr: (line) => this.#events.onStderr(this, line),
      onRenewed: () => void this.#tools.refresh(),
    });
  }

  #onAttempt(): void {
    // A dead HTTP host stays what it was while it is looked for; a child that is started again is booting.
    if (this.settings.transport.type === 'stdio' || this.status.readiness === 'idle') {
      this.#tracker.change('booting');
    }
  }

  async #onUp(connection: Connection): Promise<void> {
    this.#dispatcher.resetCircuit();
    this.#tracker.facts(connection.facts);
    await this.#tools.attach(connection);
    const { readReadiness } = connection;
    if (this.#supervisor.connection === connection) {
      const isBooting = (await readReadiness?.()) === 'booting';
      this.#onProbeState(isBooting ? 'booting' : 'ready');
    }
  }

  #onFailed({ message }: HopFailure): void {
    this.#tools.detach();
    this.#tracker.failure(message);
  }

  #onProbe(outcome: 'ready' | 'booting' | 'unreachable', failure: HopFailure | undefined): void {
    if (failure?.kind === 'backend-unreachable') {
      this.#supervisor.lost(failure.message);
    } else if (failure !== undefined) {
      this.#tracker.failure(failure.message);
    } else if (this.#supervisor.connection !== undefined) {
      this.#onProbeState(outcome === 'booting' ? 'booting' : 'ready');
    }
    this.#events.onProbe(this, outcome);
  }

  #onProbeState(state: 'ready' | 'booting'): void {
    if (state === 'ready') {
      this.#tracker.ok();
    } else {
      this.#tracker.tried();
      this.#tracker.change('booting');
    }
  }

  #onTools(tools: readonly JsonObject[]): void {
    this.#tracker.tools(tools.length);
    this.#events.onTools(this, tools);
  }

  #onNotification(method: string, params: JsonObject | undefined): void {
    if (method === 'notifications/tools/list_changed') {
      this.#tools.changed();
    }
    this.#events.onNotification(this, method, params);
  }

  #whyNotUsable(): HopFailure {
    return whyNotUsable(this.status, this.#isClosed);
  }

  #log(text: string): void {
    this.#deps.log(`${this.settings.key}: ${text}`);
  }
}
