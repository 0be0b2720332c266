import type { JsonObject } from '../../../protocol/json-rpc.ts';
import { failed } from '../../../upstream/hop/failures.ts';
import type { UpstreamDeps } from '../../../upstream/managed/managed-upstream.ts';
import { whyNotUsable } from '../../../upstream/managed/status-tracker.ts';
import type {
  HopFailure,
  HopRequest,
  HopResult,
  RegisteredFacts,
  Upstream,
  UpstreamEvents,
  UpstreamLoad,
  UpstreamSettings,
} from '../../../upstream/upstream.ts';
import type { Peer } from '../channel/peer.ts';
import type { RemoteHops } from './remote-hops.ts';
import type { UpstreamNews, UpstreamView } from './shared-instances.ts';

/** What is counted where the upstream is. */
const NO_LOAD: UpstreamLoad = { queued: 0, running: 0 };

const UNKNOWN: UpstreamView = {
  status: {
    readiness: 'idle',
    since: 0,
    consecutiveFailures: 0,
    starts: 0,
    hasBeenTried: false,
    capabilities: {},
    toolCount: 0,
    toolCountAtLastGood: 0,
    lateAnswers: 0,
    cutLists: {},
    isCircuitOpen: false,
  },
  circuit: { state: 'closed', failures: 0 },
  load: NO_LOAD,
  sessionId: undefined,
  pid: undefined,
  hostReadiness: undefined,
};

/** An upstream that the process which started this one is connected to: it is told of, and called, over there. */
export class RemoteUpstream implements Upstream {
  readonly settings: UpstreamSettings;
  readonly load: UpstreamLoad = NO_LOAD;
  readonly #peer: Peer;
  readonly #hops: RemoteHops;
  readonly #events: UpstreamEvents;
  readonly #ending = new AbortController();
  #view: UpstreamView = UNKNOWN;
  #facts: RegisteredFacts | undefined;
  #underway = 0;
  #onIdle: (() => void) | undefined;

  constructor(settings: UpstreamSettings, { events }: Pick<UpstreamDeps, 'events'>, to: RemoteUpstreamOptions) {
    this.settings = settings;
    this.#events = events;
    this.#peer = to.peer;
    this.#hops = to.hops;
    if (settings.isDisabled) {
      this.#view = { ...UNKNOWN, status: { ...UNKNOWN.status, readiness: 'disabled' } };
    }
  }

  get status(): UpstreamView['status'] {
    return this.#view.status;
  }

  get circuit(): UpstreamView['circuit'] {
    return this.#view.circuit;
  }

  get sessionId(): string | undefined {
    return this.#view.sessionId;
  }

  get pid(): number | undefined {
    return this.#view.pid;
  }

  get facts(): RegisteredFacts | undefined {
    return this.#facts;
  }

  get hostReadiness(): UpstreamView['hostReadiness'] {
    return this.#view.hostReadiness;
  }

  /** What the upstream has told over there. */
  hear(news: UpstreamNews): void {
    switch (news.type) {
      case 'status':
        this.#view = news.view;
        return this.#events.onStatus?.(this);
      case 'died':
        return this.#events.onDied?.(this, news.reason);
      case 'tools':
        return this.#events.onTools?.(this, news.tools, news.hostTools);
      case 'notification':
        return this.#events.onNotification?.(this, news.method, news.params);
      case 'unloaded':
        return this.#events.onUnloaded?.(this);
      case 'stderr':
        return this.#events.onStderr?.(this, news.line, news.bytes);
      case 'host-events':
        return this.#events.onHostEvents?.(this, news.events, news.missed);
      default:
        return news satisfies never;
    }
  }

  tell(facts: RegisteredFacts | undefined): void {
    this.#facts = facts;
  }

  /** It is started where it is. */
  start(): void {}

  async connect(timeoutMillis: number): Promise<HopFailure | undefined> {
    if (this.status.readiness === 'ready') {
      return undefined;
    }
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what SharedUpstreams answers
      return (await this.#ask('connect', timeoutMillis)) as HopFailure | undefined;
    } catch {
      return whyNotUsable(this.status, false);
    }
  }

  async request(hop: HopRequest): Promise<HopResult> {
    this.#underway += 1;
    try {
      return await this.#hops.run(this.settings.instanceId, hop, this.#ending.signal);
    } catch {
      return failed('internal', 'The gateway could not send the request', { backendErrorKind: 'other' });
    } finally {
      this.#underway -= 1;
      if (this.#underway === 0) {
        this.#onIdle?.();
      }
    }
  }

  notify(method: string, params: JsonObject | undefined): void {
    this.#tell('notify', method, params);
  }

  async describeUnloaded(name: string): Promise<JsonObject | undefined> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what SharedUpstreams answers
    return (await this.#ask('describeUnloaded', name).catch(() => undefined)) as JsonObject | undefined;
  }

  async refreshEvents(): Promise<void> {
    await this.#ask('refreshEvents').catch(() => undefined);
  }

  async refreshTools(): Promise<void> {
    await this.#ask('refreshTools').catch(() => undefined);
  }

  noteList(method: string, cut: string | undefined): void {
    this.#tell('noteList', method, cut);
  }

  async unload(timeoutMillis: number): Promise<boolean> {
    return (await this.#ask('unload', timeoutMillis).catch(() => false)) === true;
  }

  endCalls(): void {
    this.#ending.abort();
  }

  async retire(): Promise<void> {
    if (this.#underway > 0) {
      await new Promise<void>((resolve) => (this.#onIdle = resolve));
    }
  }

  async close(): Promise<void> {
    this.#ending.abort();
  }

  #ask(method: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#peer.call('upstream.ask', this.settings.instanceId, method, ...args);
  }

  #tell(method: string, ...args: readonly unknown[]): void {
    this.#peer.tell('upstream.ask', this.settings.instanceId, method, ...args);
  }
}

/** What a {@link RemoteUpstream} works with. */
export interface RemoteUpstreamOptions {
  readonly peer: Peer;
  readonly hops: RemoteHops;
}
