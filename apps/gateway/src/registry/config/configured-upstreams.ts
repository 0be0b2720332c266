import type { GatewayMetrics } from '@dcc-mcp/gateway-metrics';
import { ATTR_DCC_MCP_UPSTREAM, EVENT_DCC_MCP_UPSTREAM_STATE } from '@dcc-mcp/semantic-conventions';
import type { Catalog } from '../../catalog/catalog.ts';
import type { GatewayConfig, UpstreamConfig } from '../../config/reader/gateway-config.ts';
import type { Log, LogFields } from '../../protocol/log.ts';
import { messageOf } from '../../protocol/thrown-error.ts';
import type { WireTap } from '../../protocol/wire/wire-tap.ts';
import { createUpstream } from '../../upstream/managed/create-upstream.ts';
import type { UpstreamDeps } from '../../upstream/managed/managed-upstream.ts';
import type { Upstream, UpstreamSettings } from '../../upstream/upstream.ts';
import type { InstanceHistory } from '../events/instance-history.ts';
import type { RegistryEvents } from '../events/registry-events.ts';
import type { SessionOutputs } from '../events/session-outputs.ts';
import { upstreamEvents, type RegistryUpstreamEvents } from '../events/upstream-events.ts';
import type { Upstreams } from '../table/upstreams.ts';
import { toUpstreamSettings } from './upstream-settings.ts';

export interface ConfiguredUpstreamsOptions {
  readonly upstreams: Upstreams;
  readonly catalog: Catalog;
  readonly events: RegistryEvents;
  readonly metrics: GatewayMetrics | undefined;
  readonly outputs: SessionOutputs;
  readonly history: InstanceHistory;
  readonly version: string;
  /** Absent where nobody looks at the wire. */
  readonly tap: WireTap | undefined;
  readonly log: Log;
}

/** The upstreams of the configuration file, kept as it says. */
export class ConfiguredUpstreams {
  readonly #options: ConfiguredUpstreamsOptions;
  readonly #events: RegistryUpstreamEvents;
  #isClosing = false;
  /** What each running upstream was made from, as text, by key. */
  readonly #running = new Map<string, { readonly source: string; readonly instanceId: string }>();

  /** Upstreams that are gone from the configuration and still have calls to finish. */
  readonly #leaving = new Set<Upstream>();

  constructor(options: ConfiguredUpstreamsOptions) {
    this.#options = options;
    this.#events = this.#whileListed(upstreamEvents(options));
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

  /** Starts what is new, ends what is gone, and replaces what has changed. Connecting goes on in the background. */
  apply(config: GatewayConfig): void {
    const wanted = new Map(config.mcpServers.map((entry) => [entry.key, entry]));
    const limits = dispatchLimits(config);
    for (const [key, { source, instanceId }] of this.#running) {
      const entry = wanted.get(key);
      if (entry === undefined || sourceOf(entry, limits) !== source) {
        this.#end(key, instanceId, entry === undefined);
      }
    }
    for (const entry of wanted.values()) {
      if (!this.#running.has(entry.key)) {
        this.#start(entry, limits);
      }
    }
  }

  #start(entry: UpstreamConfig, limits: NonNullable<UpstreamDeps['limits']>): void {
    const { upstreams, catalog, history, version, tap, log } = this.#options;
    const gatewayInfo = { name: 'dcc-mcp-gateway', version };
    let settings: UpstreamSettings;
    try {
      settings = toUpstreamSettings(entry);
    } catch (error) {
      // A file with a secret that can't be read, or credentials in a URL that can't be decoded.
      log(`upstream ${entry.key} is left out: ${messageOf(error)}`, { severity: 'warn', ...ofUpstream(entry.key) });
      return;
    }
    const upstream = createUpstream(settings, { events: this.#events, gatewayInfo, limits, tap, log });
    this.#running.set(entry.key, { source: sourceOf(entry, limits), instanceId: entry.instanceId });
    upstreams.add(upstream);
    history.onStatus(upstream);
    const { isLazy, isDisabled } = upstream.settings;
    if (isLazy && !isDisabled) {
      catalog.setTools({ ...upstream.settings, isLoaded: false }, []);
    }
    upstream.start();
  }

  #end(key: string, instanceId: string, isGone: boolean): void {
    const { upstreams, catalog, events } = this.#options;
    this.#running.delete(key);
    const upstream = upstreams.remove(instanceId);
    if (catalog.removeUpstream(instanceId)) {
      events.onToolsChanged();
    }
    if (upstream !== undefined) {
      this.#events.onRemoved(upstream, isGone);
      this.#leaving.add(upstream);
      void upstream.retire().finally(() => this.#leaving.delete(upstream));
    }
  }

  /** An upstream that finishes its last calls says nothing about tools any more: another one may stand in its place. */
  #whileListed(events: RegistryUpstreamEvents): RegistryUpstreamEvents {
    const isListed = ({ settings }: Upstream): boolean => {
      return this.#options.upstreams.get(settings.instanceId)?.settings === settings;
    };
    return {
      ...events,
      onTools: (upstream, tools, hostTools) => isListed(upstream) && events.onTools?.(upstream, tools, hostTools),
      onStatus: (upstream) => !this.#isClosing && isListed(upstream) && events.onStatus?.(upstream),
      onDied: (upstream, reason) => !this.#isClosing && isListed(upstream) && events.onDied?.(upstream, reason),
      onNotification: (upstream, method, params) =>
        isListed(upstream) && events.onNotification?.(upstream, method, params),
    };
  }
}

function dispatchLimits({ limits }: GatewayConfig): NonNullable<UpstreamDeps['limits']> {
  const { circuitFailureThreshold, circuitOpenSecs, readRetryMax } = limits;
  return { circuitFailureThreshold, circuitOpenMillis: circuitOpenSecs * 1000, readRetryMax };
}

function sourceOf(entry: UpstreamConfig, limits: object): string {
  return JSON.stringify([entry, limits]);
}

function ofUpstream(key: string): LogFields {
  return { event: EVENT_DCC_MCP_UPSTREAM_STATE, attributes: { [ATTR_DCC_MCP_UPSTREAM]: key } };
}
