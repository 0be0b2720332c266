import { ATTR_DCC_MCP_UPSTREAM, EVENT_DCC_MCP_UPSTREAM_STATE } from '@dcc-mcp/semantic-conventions';
import type { GatewayConfig, UpstreamConfig } from '../../config/reader/gateway-config.ts';
import type { Log } from '../../protocol/log.ts';
import { messageOf } from '../../protocol/thrown-error.ts';
import type { UpstreamSettings } from '../../upstream/upstream.ts';
import type { InstanceSource } from '../table/instance-table.ts';
import { LEAVES } from '../table/leave.ts';
import { toUpstreamSettings } from './upstream-settings.ts';

/** The upstreams of the configuration file, kept as it says. */
export class ConfiguredUpstreams {
  readonly #source: InstanceSource;
  readonly #log: Log;
  /** What each upstream was made from, as text, by instance. */
  readonly #known = new Map<string, string>();

  constructor(source: InstanceSource, log: Log) {
    this.#source = source;
    this.#log = log;
  }

  /** Puts what is new or has changed, and withdraws what is gone. */
  apply({ mcpServers, limits }: GatewayConfig): void {
    const wanted = new Set(mcpServers.map(({ instanceId }) => instanceId));
    for (const instanceId of this.#known.keys()) {
      if (!wanted.has(instanceId)) {
        this.#withdraw(instanceId);
      }
    }
    for (const entry of mcpServers) {
      const text = JSON.stringify([entry, limits]);
      if (this.#known.get(entry.instanceId) !== text) {
        this.#put(entry, text);
      }
    }
  }

  #put(entry: UpstreamConfig, text: string): void {
    let settings: UpstreamSettings;
    try {
      settings = toUpstreamSettings(entry);
    } catch (error) {
      // A file with a secret that can't be read, or credentials in a URL that can't be decoded.
      this.#log(
        `upstream ${entry.key} is left out: ${messageOf(error)}; correct the entry, or the file that it names`,
        {
          severity: 'warn',
          event: EVENT_DCC_MCP_UPSTREAM_STATE,
          attributes: { [ATTR_DCC_MCP_UPSTREAM]: entry.key },
        },
      );
      this.#withdraw(entry.instanceId);
      return;
    }
    this.#known.set(entry.instanceId, text);
    this.#source.put({ settings });
  }

  #withdraw(instanceId: string): void {
    this.#known.delete(instanceId);
    this.#source.withdraw(instanceId, LEAVES.unconfigured());
  }
}
