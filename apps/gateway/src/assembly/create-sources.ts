import { lookup as systemLookup } from 'node:dns';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import type { OperationCore } from '../operations/frame/core.ts';
import type { SinksOptions } from '../recording/sinks/sinks.ts';
import { ConfiguredUpstreams } from '../registry/config/configured-upstreams.ts';
import { FileRegistry } from '../registry/file/file-registry.ts';
import { HttpRegistry } from '../registry/http/http-registry.ts';
import { InstanceTable, type InstanceTableOptions } from '../registry/table/instance-table.ts';
import { toListenAddress } from '../registry/table/listen-address.ts';
import type { Upstreams } from '../registry/table/upstreams.ts';
import { FileTokenStore } from '../upstream/oauth/file-token-store.ts';
import type { GatewayParts, SharingParts } from './gateway-parts.ts';
import type { Neighbours } from './neighbours.ts';

/** Where instances come from. */
interface Sources {
  start(urls: readonly string[]): void;
  apply(config: GatewayConfig): void;
  close(): Promise<void>;
}

/** The rooms that sources put instances into, and what they go by. */
interface SourceRooms {
  readonly table: InstanceTable;
  readonly registry: HttpRegistry;
  readonly neighbours: Neighbours;
  /** The configuration in force. */
  readonly current: { readonly config: GatewayConfig };
}

/** The file, those that register, and the configuration, each with its own way into the table. */
export function createSources(
  { config, registryFolder: folder, log, role }: GatewayParts,
  rooms: SourceRooms,
): Sources {
  const { table, registry, neighbours, current } = rooms;
  const configured = new ConfiguredUpstreams(table.source('config'), log);
  const staleMillis = (): number => current.config.registry.staleTimeoutSecs * 1000;
  const file = folder && new FileRegistry({ table, folder, staleMillis, log, now: Date.now });
  const apply = (changed: GatewayConfig): void => {
    table.apply(changed);
    configured.apply(changed);
  };
  return {
    apply,
    start: (urls) => {
      apply(config);
      if (role === 'worker') {
        return;
      }
      const own = urls.map((url) => toListenAddress(new URL(url)));
      file?.start(own);
      registry.start(own);
      neighbours.start(urls);
    },
    close: async () => {
      registry.close();
      await neighbours.close();
      await file?.close();
    },
  };
}

interface TableParts extends Pick<InstanceTableOptions, 'events' | 'metrics' | 'history' | 'tap'> {
  readonly core: OperationCore;
}

/** The one table of instances. */
export function createTable(parts: GatewayParts, { core, ...measured }: TableParts): InstanceTable {
  const tokens = parts.stateFolder && new FileTokenStore(parts.stateFolder);
  return new InstanceTable({
    ...parts,
    ...parts.reaching,
    ...parts.instances,
    ...core,
    ...measured,
    tokens,
    fastPath: parts.config.server.fastPath,
    now: Date.now,
  });
}

/** Instances that register themselves. */
export function createHttpRegistry(
  {
    config,
    state,
    reaching,
    neighbours,
    onError,
  }: SharingParts & Pick<SinksOptions, 'onError'> & Pick<SourceRooms, 'neighbours'>,
  table: InstanceTable,
  upstreams: Upstreams,
): HttpRegistry {
  return new HttpRegistry({
    table,
    upstreams,
    store: state.registeredInstances,
    gateways: () => neighbours.urls(),
    allow: config.registry.registerAllow,
    lookup: reaching?.lookup ?? systemLookup,
    onError,
    now: Date.now,
  });
}
