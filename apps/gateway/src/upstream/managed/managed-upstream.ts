// upstream/managed/: the upstream as a whole: status, probes, tools list and calls over its connection.
import type { LookupFunction } from 'node:net';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import { messageOf } from '../../protocol/thrown-error.ts';
import type { WireTap } from '../../protocol/wire/wire-tap.ts';
import { ConnectionSupervisor } from '../connection/connection-supervisor.ts';
import type { Connection } from '../connection/connection.ts';
import { openConnection, type OpenedConnection } from '../connection/open-connection.ts';
import { SessionMemory } from '../connection/session-memory.ts';
import type { DispatchLimits } from '../dispatch/dispatcher.ts';
import type { GatewayInfo } from '../hop/envelope.ts';
import { asOwnerSays } from '../hop/owner-failure.ts';
import type { TokenStore } from '../oauth/token-store.ts';
import { createUpstreamOauth, type UpstreamOauth } from '../oauth/upstream-oauth.ts';
import type {
  CircuitView,
  HopFailure,
  HopRequest,
  HopResult,
  HostReadiness,
  HostTool,
  RegisteredFacts,
  Upstream,
  UpstreamEvents,
  UpstreamLoad,
  UpstreamSettings,
  UpstreamStatus,
} from '../upstream.ts';
import { ChangeNotices, changesTools } from './change-notices.ts';
import { HostEvents } from './host-events.ts';
import { ReadinessProbe } from './readiness-probe.ts';
import { SparseLog, toSafeEvents } from './safe-events.ts';
import { StatusTracker, whyNotUsable } from './status-tracker.ts';
import { toolFilter } from './tool-filter.ts';
import { UpstreamCalls } from './upstream-calls.ts';
import { UpstreamTools } from './upstream-tools.ts';

/** What an upstream works with beside its settings. */
export interface UpstreamDeps {
  readonly events: UpstreamEvents;
  readonly gatewayInfo: GatewayInfo;
  /** Epoch milliseconds; default the clock. */
  readonly now?: () => number;
  /** From 0 to below 1, for jitter; default the generator of the platform. */
  readonly random?: () => number;
  /** Default 5 s. */
  readonly probeIntervalMillis?: number;
  /** How often the tools list is asked for where changes are not told; default 30 s. */
  readonly toolsPollMillis?: number;
  /** One line about what no caller sees (text on stdout that is no message, a failed refresh). */
  readonly log?: (line: string) => void;
  /** Bound of one message of the upstream; default 64 MiB. */
  readonly maxMessageBytes?: number;
  /** Whether plain requests over HTTP are sent without undici; default true. */
  readonly fastPath?: boolean;
  /** Looks up the host names of upstreams that may not have any address; default the resolver of the system. */
  readonly lookup?: LookupFunction;
  readonly limits?: DispatchLimits;
  /** The gateway's environment: children get its harmless part (PATH, HOME, …) and their own settings. Default: that of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What logins have left behind; default: none has. */
  readonly tokens?: TokenStore;
  /** Is told of each message; absent where nobody looks at the wire. */
  readonly tap?: WireTap | undefined;
}

/** A first try counts as tried after this time, also when it has not ended. */
const TRIED_AFTER_MILLIS = 10_000;

/** How much of the interval passes before a registered instance that did not answer is asked again. */
const SOONER = 0.4;

/** See `createUpstream`. */
export class ManagedUpstream implements Upstream {
  readonly settings: UpstreamSettings;
  readonly #deps: Required<UpstreamDeps>;
  readonly #events: Required<UpstreamEvents>;
  readonly #tracker: StatusTracker;
  readonly #calls: UpstreamCalls;
  readonly #tools: UpstreamTools;
  readonly #changes: ChangeNotices;
  readonly #hostEvents = new HostEvents((told, missed) => this.#events.onHostEvents(this, told, missed));
  #supervisor: ConnectionSupervisor;
  readonly #memory = new SessionMemory();
  readonly #oauth: UpstreamOauth | undefined;
  readonly #errorLog = new SparseLog((line) => this.#log(line));
  readonly #nonProtocolLog = new SparseLog((line) => this.#log(line));
  #probe: ReadinessProbe | undefined;
  #triedTimer: NodeJS.Timeout | undefined;
  /** Another gateway calls the server for this one. */
  readonly #isAtGateway: boolean;
  #isClosed = false;
  #facts: RegisteredFacts | undefined;
  /** As the host tells it. */
  #scene: string | undefined;

  constructor(settings: UpstreamSettings, deps: Required<UpstreamDeps>) {
    this.settings = settings;
    this.#isAtGateway = settings.source === 'gateway';
    this.#deps = deps;
    const { random } = deps;
    this.#events = toSafeEvents(deps.events, (line) => this.#log(line));
    this.#tracker = new StatusTracker(settings.isDisabled ? 'disabled' : 'idle', deps.now, () =>
      this.#events.onStatus(this),
    );
    this.#tools = new UpstreamTools(settings, {
      pollMillis: deps.toolsPollMillis,
      onTools: (tools, hostTools) => this.#onTools(tools, hostTools),
      onCut: (list, cut) => this.noteList(list, cut),
    });
    this.#changes = new ChangeNotices({
      refreshTools: () => this.#tools.refresh(),
      isSubscribed: (uri) => this.#memory.isSubscribed(uri),
      onNotification: (method, params) => this.#events.onNotification(this, method, params),
      onError: (error) => this.#errorLog.log(`a change could not be passed on: ${messageOf(error)}`),
    });
    this.#calls = new UpstreamCalls({
      settings,
      limits: deps.limits,
      random,
      connection: () => this.#supervisor.connection,
      status: () => this.status,
      whyNotUsable: () => this.#whyNotUsable(),
      connect: (timeoutMillis) => this.connect(timeoutMillis),
      onCircuit: (isOpen) => this.#tracker.circuit(isOpen),
      log: (line) => this.#log(line),
    });
    this.#supervisor = this.#createSupervisor();
    this.#oauth = createUpstreamOauth(settings, {
      tokens: deps.tokens,
      now: deps.now,
      onRefresh: (refresh) => this.#events.onOauthRefresh(this, refresh),
      onChanged: () => this.#onOtherToken(),
      log: (line) => this.#log(line),
    });
  }

  get status(): UpstreamStatus {
    return this.#tracker.status;
  }

  get load(): UpstreamLoad {
    return this.#calls.load;
  }

  get circuit(): CircuitView {
    return this.#calls.circuit;
  }

  get sessionId(): string | undefined {
    return this.#supervisor.connection?.session.transport.sessionId;
  }

  get pid(): number | undefined {
    return this.#supervisor.connection?.session.transport.pid;
  }

  get facts(): RegisteredFacts | undefined {
    return this.#facts;
  }

  get hostReadiness(): HostReadiness | undefined {
    return this.#supervisor.connection?.core?.lastReadiness;
  }

  tell(facts: RegisteredFacts | undefined): void {
    this.#facts = facts;
    this.#tracker.scene(facts?.scene ?? this.#scene);
  }

  start(): void {
    if (!this.settings.isLazy) {
      this.#begin();
    }
  }

  connect(timeoutMillis: number): Promise<HopFailure | undefined> {
    if (this.#supervisor.isUp) {
      return Promise.resolve(undefined);
    }
    this.#begin();
    return this.#supervisor.isStarted && !this.#isClosed
      ? this.#supervisor.whenUp(timeoutMillis, () => this.#whyNotUsable())
      : Promise.resolve(this.#whyNotUsable());
  }

  request(hop: HopRequest): Promise<HopResult> {
    const answer = this.#calls.run(hop);
    const result = this.#isAtGateway ? answer.then(asOwnerSays) : answer;
    if (changesTools(hop)) {
      void result.then(() => this.#changes.toolsMayHaveChanged());
    }
    this.#hostEvents.callRuns();
    return result;
  }

  notify(method: string, params: JsonObject | undefined): void {
    void this.#supervisor.connection?.session.notify(method, params);
  }

  async describeUnloaded(name: string): Promise<JsonObject | undefined> {
    return this.#supervisor.connection?.core?.describe(name);
  }

  refreshEvents(): Promise<void> {
    return this.#hostEvents.refresh();
  }

  refreshTools(): Promise<void> {
    this.#changes.toolsAreAsked();
    return this.#tools.refresh();
  }

  noteList(method: string, cut: string | undefined): void {
    if (this.#tracker.cut(method, cut)) {
      this.#log(`${method}: ${cut ?? 'whole again'}`);
    }
  }

  async unload(timeoutMillis: number): Promise<boolean> {
    if (!this.settings.isLazy || !this.#supervisor.isStarted || this.#isClosed) {
      return true;
    }
    if (!(await this.#calls.isIdleWithin(timeoutMillis))) {
      return false;
    }
    const supervisor = this.#supervisor;
    this.#supervisor = this.#createSupervisor(); // the next call may come before the old one is closed
    this.#endWatching();
    this.#tracker.stopped();
    this.#events.onUnloaded(this);
    await supervisor.close();
    return true;
  }

  endCalls(): void {
    this.#calls.end();
    this.#supervisor.endWaits();
    this.#supervisor.connection?.endCalls();
  }

  async retire(): Promise<void> {
    await this.#calls.whenIdle();
    await this.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#oauth?.token?.close();
    this.#endWatching();
    await this.#supervisor.close();
    if (!this.settings.isDisabled) {
      this.#tracker.change('idle');
    }
  }

  #createSupervisor(): ConnectionSupervisor {
    return new ConnectionSupervisor({
      random: this.#deps.random,
      // A host that may come back by itself is looked for as often as it is probed; a child is started less and less.
      maxPauseMillis: this.settings.transport.type === 'http' ? this.#deps.probeIntervalMillis : 30_000,
      open: (signal) => this.#open(signal),
      onAttempt: () => this.#onAttempt(),
      onUp: (connection) => this.#onUp(connection),
      onFailed: (failure) => this.#onFailed(failure),
      onDown: (connection, end) => connection.facts.era === 'legacy' && this.#events.onSessionEnd(this, end),
    });
  }

  /** Somebody else may be logged in, who has other tools. */
  #onOtherToken(): void {
    this.#supervisor.retryNow();
    void this.#tools.refresh();
  }

  #endWatching(): void {
    clearTimeout(this.#triedTimer);
    this.#probe?.close();
    this.#tools.detach();
    this.#hostEvents.detach();
    this.#changes.cancel();
  }

  #begin(): void {
    if (this.settings.isDisabled || this.#isClosed || this.#supervisor.isStarted) {
      return;
    }
    this.#triedTimer = setTimeout(() => this.#tracker.tried(), TRIED_AFTER_MILLIS).unref();
    const { probeIntervalMillis } = this.#deps;
    this.#probe = new ReadinessProbe({
      intervalMillis: probeIntervalMillis,
      // An instance that is not there any more is given up soon; one of the configuration stays.
      retryMillis: this.settings.source === 'config' ? probeIntervalMillis : probeIntervalMillis * SOONER,
      connection: () => this.#supervisor.connection,
      load: () => this.load,
      status: () => this.status,
      onOutcome: (outcome, failure) => this.#onProbe(outcome, failure),
    });
    this.#supervisor.begin();
  }

  #open(signal: AbortSignal): Promise<OpenedConnection> {
    const { gatewayInfo, random, environment, maxMessageBytes, fastPath, lookup, tap } = this.#deps;
    return openConnection({
      settings: this.settings,
      gatewayInfo,
      random,
      environment,
      maxMessageBytes,
      fastPath,
      lookup,
      tap,
      oauth: this.#oauth,
      signal,
      memory: this.#memory,
      events: {
        onNotification: (method, params) => this.#changes.on(method, params),
        onFlood: (what, note) => this.noteList(what, note),
        onLost: (reason, isDead) => this.#onLost(reason, isDead),
        onLateAnswer: () => this.#tracker.lateAnswer(),
        onNonProtocolOutput: (text) => this.#onNonProtocolOutput(text.slice(0, 200)),
      },
      onStderr: (line, bytes) => this.#events.onStderr(this, line, bytes),
      onRenewed: () => void this.#tools.refresh(),
    });
  }

  #onNonProtocolOutput(text: string): void {
    this.#nonProtocolLog.log(`not JSON-RPC: ${text}`);
    if (this.#supervisor.connection === undefined) {
      this.#tracker.suspect(`on stdout it writes what is no JSON-RPC message: "${text}"`);
    }
  }

  #onAttempt(): void {
    this.#tracker.started();
    // A dead HTTP host stays what it was while it is looked for; a child that is started again is booting.
    if (this.settings.transport.type === 'stdio' || this.status.readiness === 'idle') {
      this.#tracker.change('booting');
    }
  }

  async #onUp(connection: Connection): Promise<void> {
    this.#calls.resetCircuit();
    this.#tracker.facts(connection.facts);
    this.noteList('the greeting', connection.facts.cut);
    await this.#tools.attach(connection);
    if (this.#supervisor.connection === connection) {
      const [readiness] = await Promise.all([connection.core?.readiness(), this.#readScene(connection)]);
      this.#onProbeState(readiness === 'booting' ? 'booting' : 'ready');
      this.#hostEvents.attach(connection.core?.events);
    }
  }

  /** The application may have opened another scene since. */
  async #readScene(connection: Connection): Promise<void> {
    const { core } = connection;
    if (core === undefined) {
      return;
    }
    const scene = await core.scene();
    if (this.#supervisor.connection === connection) {
      this.#scene = scene;
      this.#tracker.scene(this.#facts?.scene ?? scene);
    }
  }

  #onLost(reason: string, isDead: boolean): void {
    if (isDead && this.#supervisor.connection !== undefined) {
      this.#events.onDied(this, reason);
    }
    this.#supervisor.lost(reason);
  }

  #onFailed({ message }: HopFailure): void {
    this.#tools.detach();
    this.#hostEvents.detach();
    this.#changes.cancel();
    this.#tracker.failure(message);
  }

  #onProbe(outcome: 'ready' | 'booting' | 'unreachable', failure: HopFailure | undefined): void {
    if (failure?.kind === 'backend-unreachable') {
      this.#supervisor.lost(failure.message);
    } else if (failure !== undefined) {
      this.#tracker.failure(failure.message);
    } else if (this.#supervisor.connection !== undefined) {
      this.#onProbeState(outcome === 'booting' ? 'booting' : 'ready');
      void this.#readScene(this.#supervisor.connection);
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

  #onTools(tools: readonly JsonObject[], hostTools: readonly HostTool[] | undefined): void {
    const isOffered = toolFilter(this.settings);
    const offered = tools.filter(({ name }) => isOffered(name));
    this.#tracker.tools(offered.length);
    this.#events.onTools(
      this,
      offered,
      hostTools?.filter(({ tool, name }) => isOffered(name) && isOffered(tool['name'])),
    );
  }

  #whyNotUsable(): HopFailure {
    return whyNotUsable(this.status, this.#isClosed);
  }

  #log(text: string): void {
    this.#deps.log(`${this.settings.key}: ${text}`);
  }
}
