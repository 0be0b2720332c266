import type { GatewayMetrics } from '@dcc-mcp/gateway-metrics';
import type { LookupFunction } from 'node:net';
import type { Catalog } from '../../catalog/catalog.ts';
import type { GatewayConfig } from '../../config/reader/gateway-config.ts';
import type { Governance } from '../../governance/governance.ts';
import type { Log } from '../../protocol/log.ts';
import type { WireTap } from '../../protocol/wire/wire-tap.ts';
import { createUpstream } from '../../upstream/managed/create-upstream.ts';
import type { UpstreamDeps } from '../../upstream/managed/managed-upstream.ts';
import type { TokenStore } from '../../upstream/oauth/token-store.ts';
import type { Upstream, UpstreamSettings } from '../../upstream/upstream.ts';
import { contentionEvent, type EventSubject } from '../events/contention-events.ts';
import type { InstanceHistory } from '../events/instance-history.ts';
import type { RegistryEvents } from '../events/registry-events.ts';
import type { SessionOutputs } from '../events/session-outputs.ts';
import { upstreamEvents, type RegistryUpstreamEvents } from '../events/upstream-events.ts';
import { Evictions } from './evictions.ts';
import { fingerprintOf, type InstanceOffer, type InstanceSourceName } from './instance-offer.ts';
import type { Leave } from './leave.ts';
import { Offers } from './offers.ts';
import { type SkippedInstance, SkippedInstances } from './skipped-instances.ts';
import type { Upstreams } from './upstreams.ts';

export interface InstanceTableOptions {
  readonly upstreams: Upstreams;
  readonly catalog: Catalog;
  readonly governance: Pick<Governance, 'quarantine'>;
  readonly events: RegistryEvents;
  readonly metrics: GatewayMetrics | undefined;
  readonly outputs: SessionOutputs;
  readonly history: InstanceHistory;
  readonly version: string;
  /** What logins to upstreams have left behind; default: none has. */
  readonly tokens?: TokenStore | undefined;
  /** Absent where nobody looks at the wire. */
  readonly tap: WireTap | undefined;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How often instances are asked whether they are usable; default 5 s. */
  readonly probeIntervalMillis?: number | undefined;
  /** Whether plain requests to instances are sent without undici; default true. */
  readonly fastPath?: boolean;
  /** Looks up the host names of registered instances; default the resolver of the system. */
  readonly lookup?: LookupFunction | undefined;
  /** How upstreams are made; default each is connected from here. */
  readonly createUpstream?: ((settings: UpstreamSettings, deps: UpstreamDeps) => Upstream) | undefined;
  /** Told of each instance that is there or has changed, and of one that has gone, with what it left for. */
  readonly onInstance?:
    | ((instanceId: string, offer: InstanceOffer | undefined, leave: Leave | undefined) => void)
    | undefined;
  /** Whether instances that can't be reached are given up here; default true. */
  readonly evicts?: boolean | undefined;
}

/** What one source does with the table. */
export interface InstanceSource {
  /**
   * The source has this instance, as it says now. A new one is connected in the background; one that is known goes on
   * where nothing but its facts has changed, and is connected anew where its settings have.
   */
  put(offer: InstanceOffer): void;
  /** The source has it no longer. An instance that another source has, too, goes on as that one has it. */
  withdraw(instanceId: string, leave: Leave): void;
  /** The rows of the source that became no instance; takes the place of those told before. */
  skip(rows: readonly Omit<SkippedInstance, 'source'>[]): void;
  /** A row was left behind by an instance that never was one here: that it has ended is told all the same. */
  tell(instance: EventSubject, leave: Leave): void;
  /** What the source has put and not withdrawn, and what was not evicted since. */
  offers(): readonly InstanceOffer[];
}

/** An upstream of the table, and what it was made of. */
interface Running {
  readonly upstream: Upstream;
  readonly fingerprint: string;
}

/** The one table of instances: one row for each, whatever the sources that have it; each row is an upstream that runs. */
export class InstanceTable {
  readonly #options: InstanceTableOptions;
  readonly #events: RegistryUpstreamEvents;
  readonly #evictions: Evictions;
  readonly #offers = new Offers();
  readonly #skipped = new SkippedInstances();
  readonly #running = new Map<string, Running>();
  /** Upstreams that are there no longer and still have calls to finish. */
  readonly #leaving = new Set<Upstream>();
  readonly #onEvicted = new Map<InstanceSourceName, (instanceId: string, leave: Leave) => void>();
  #limits: NonNullable<UpstreamDeps['limits']> = {};
  #isClosing = false;
  #tellsRows = false;

  constructor(options: InstanceTableOptions) {
    this.#options = options;
    this.#evictions = new Evictions(options.now, ({ settings }, leave) => this.#evict(settings.instanceId, leave));
    const events = upstreamEvents(options);
    this.#events = this.#whileListed(options.evicts === false ? events : this.#evictions.watching(events));
  }

  /** @param onEvicted Told of an instance that the gateway has ended: the source has it no longer. */
  source(name: InstanceSourceName, onEvicted?: (instanceId: string, leave: Leave) => void): InstanceSource {
    if (onEvicted !== undefined) {
      this.#onEvicted.set(name, onEvicted);
    }
    return {
      put: (offer) => this.#put(offer),
      withdraw: (instanceId, leave) => this.#withdraw(name, instanceId, leave),
      skip: (rows) => this.#skipped.set(name, rows),
      tell: (instance, leave) => this.#tell(instance, leave),
      offers: () => this.#offers.of(name),
    };
  }

  /** What became no instance, with the reasons. */
  skipped(): readonly SkippedInstance[] {
    return [...this.#skipped.all(), ...this.#offers.overridden(), ...this.#evictions.heldOut()];
  }

  /** Limits of the upstreams that are made or put from now on. */
  apply({ limits, registry }: Pick<GatewayConfig, 'limits' | 'registry'>): void {
    const { circuitFailureThreshold, circuitOpenSecs, readRetryMax } = limits;
    this.#limits = { circuitFailureThreshold, circuitOpenMillis: circuitOpenSecs * 1000, readRetryMax };
    this.#options.upstreams.staleAfterMillis = registry.staleTimeoutSecs * 1000;
    this.tellRows();
  }

  /** Tells of the rows that show something else for what lies outside of their instances: once for all that a turn brings. */
  tellRows(): void {
    if (this.#tellsRows) {
      return;
    }
    this.#tellsRows = true;
    setImmediate(() => {
      this.#tellsRows = false;
      for (const { upstream } of this.#isClosing ? [] : this.#running.values()) {
        this.#events.onRow(upstream);
      }
    });
  }

  /** Ends every call in flight, as not-ready. */
  endCalls(): void {
    for (const upstream of [...this.#options.upstreams.all(), ...this.#leaving]) {
      upstream.endCalls();
    }
  }

  /** What upstreams do from here on is our doing, and no news. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all([this.#options.upstreams.close(), ...Array.from(this.#leaving, (upstream) => upstream.close())]);
  }

  #put(offer: InstanceOffer): void {
    if (this.#isClosing || this.#evictions.holdsOut(offer)) {
      return;
    }
    this.#offers.set(offer);
    this.#settle(offer.settings.instanceId, undefined);
  }

  #withdraw(source: InstanceSourceName, instanceId: string, leave: Leave): void {
    this.#evictions.forget(source, instanceId);
    if (!this.#isClosing && this.#offers.delete(source, instanceId)) {
      this.#settle(instanceId, leave);
    }
  }

  #tell(instance: EventSubject, { event, eviction, reason }: Leave): void {
    const { events, metrics } = this.#options;
    if (this.#isClosing || this.#running.has(instance.instanceId)) {
      return;
    }
    events.onContention(contentionEvent({ settings: instance }, event, reason));
    if (eviction !== undefined) {
      metrics?.recordEviction(eviction);
    }
  }

  #evict(instanceId: string, leave: Leave): void {
    for (const source of this.#offers.deleteAll(instanceId)) {
      this.#onEvicted.get(source)?.(instanceId, leave);
    }
    this.#settle(instanceId, leave);
  }

  /** Makes the upstream of an instance what the first of its sources says. */
  #settle(instanceId: string, leave: Leave | undefined): void {
    const offer = this.#offers.first(instanceId);
    this.#make(instanceId, offer, leave);
    this.#options.onInstance?.(instanceId, offer, leave);
  }

  #make(instanceId: string, offer: InstanceOffer | undefined, leave: Leave | undefined): void {
    const running = this.#running.get(instanceId);
    if (offer === undefined) {
      this.#end(instanceId, leave);
      return;
    }
    const fingerprint = fingerprintOf(offer.settings, this.#limits);
    if (running?.fingerprint === fingerprint) {
      running.upstream.tell(offer.facts);
      this.#events.onRow(running.upstream);
      return;
    }
    this.#end(instanceId, undefined);
    this.#start(offer, fingerprint);
  }

  #start({ settings, facts }: InstanceOffer, fingerprint: string): void {
    const { upstreams, catalog, history, version, tokens, tap, log, probeIntervalMillis, lookup } = this.#options;
    const { createUpstream: create = createUpstream, fastPath = true } = this.#options;
    const upstream = create(settings, {
      events: this.#events,
      gatewayInfo: { name: 'dcc-mcp-gateway', version },
      limits: this.#limits,
      ...(tokens === undefined ? {} : { tokens }),
      tap,
      fastPath,
      log,
      ...(probeIntervalMillis === undefined ? {} : { probeIntervalMillis }),
      ...(lookup === undefined ? {} : { lookup }),
    });
    upstream.tell(facts);
    this.#running.set(settings.instanceId, { upstream, fingerprint });
    upstreams.add(upstream);
    history.onStatus(upstream);
    if (settings.isLazy && !settings.isDisabled) {
      catalog.setTools({ ...settings, isLoaded: false }, []);
    }
    upstream.start();
    this.#events.onRow(upstream);
  }

  /** @param leave Absent where another upstream takes its place. */
  #end(instanceId: string, leave: Leave | undefined): void {
    const running = this.#running.get(instanceId);
    if (running === undefined) {
      return;
    }
    const { upstreams, catalog, events } = this.#options;
    const { upstream } = running;
    this.#running.delete(instanceId);
    this.#evictions.ended(instanceId);
    upstreams.remove(instanceId);
    if (catalog.removeUpstream(instanceId)) {
      events.onToolsChanged();
    }
    this.#events.onRemoved(upstream, leave);
    this.#leaving.add(upstream);
    void upstream.retire().finally(() => this.#leaving.delete(upstream));
  }

  /** An upstream that finishes its last calls says nothing about tools any more: another one may stand in its place. */
  #whileListed(events: RegistryUpstreamEvents): RegistryUpstreamEvents {
    const isListed = (upstream: Upstream): boolean =>
      this.#running.get(upstream.settings.instanceId)?.upstream === upstream;
    const isNews = (upstream: Upstream): boolean => !this.#isClosing && isListed(upstream);
    return {
      ...events,
      onTools: (upstream, tools, hostTools) => isListed(upstream) && events.onTools?.(upstream, tools, hostTools),
      onStatus: (upstream) => isNews(upstream) && events.onStatus?.(upstream),
      onDied: (upstream, reason) => isNews(upstream) && events.onDied?.(upstream, reason),
      onProbe: (upstream, outcome) => isNews(upstream) && events.onProbe?.(upstream, outcome),
      onNotification: (upstream, method, params) =>
        isListed(upstream) && events.onNotification?.(upstream, method, params),
    };
  }
}
