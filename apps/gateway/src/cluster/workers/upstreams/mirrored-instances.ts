import type { ServerShare } from '../../../admin/worker-shares.ts';
import type { InstanceOffer, InstanceSourceName } from '../../../registry/table/instance-offer.ts';
import type { InstanceTable } from '../../../registry/table/instance-table.ts';
import { LEAVES } from '../../../registry/table/leave.ts';
import { createUpstream } from '../../../upstream/managed/create-upstream.ts';
import type { UpstreamDeps } from '../../../upstream/managed/managed-upstream.ts';
import type { Upstream, UpstreamSettings } from '../../../upstream/upstream.ts';
import type { Peer } from '../channel/peer.ts';
import { RemoteHops } from './remote-hops.ts';
import { RemoteUpstream } from './remote-upstream.ts';
import { type InstanceNews, isConnectedOnce, shareOf } from './shared-instances.ts';

/** The instances of the process that started this one, in the table of this one. */
export class MirroredInstances {
  readonly #peer: Peer;
  readonly #workers: number;
  readonly #hops: RemoteHops;
  readonly #remote = new Map<string, RemoteUpstream>();
  /** Those that this process has connections of its own to. */
  readonly #own = new Map<string, Upstream>();
  readonly #sources = new Map<string, InstanceSourceName>();

  constructor(peer: Peer, workers: number) {
    this.#peer = peer;
    this.#workers = workers;
    this.#hops = new RemoteHops(peer);
    peer.serve({ 'instances.shares': () => Array.from(this.#own.values(), toShare) });
  }

  /** How this process makes the upstream of an instance. */
  readonly create = (settings: UpstreamSettings, deps: UpstreamDeps): Upstream => {
    const { instanceId } = settings;
    if (!isConnectedOnce(settings, this.#workers)) {
      const events = this.#tellingOfDeath(this.#tellingOfTools(deps.events));
      const own = createUpstream(shareOf(settings, this.#workers), { ...deps, events });
      this.#own.set(instanceId, own);
      return own;
    }
    const upstream = new RemoteUpstream(settings, deps, { peer: this.#peer, hops: this.#hops });
    this.#remote.set(instanceId, upstream);
    return upstream;
  };

  /** Puts what it is told into the table. */
  follow(table: Pick<InstanceTable, 'source'>, news: InstanceNews): void {
    switch (news.type) {
      case 'put':
        return this.#put(table, news.offer);
      case 'withdraw': {
        const source = this.#sources.get(news.instanceId);
        this.#sources.delete(news.instanceId);
        this.#remote.delete(news.instanceId);
        this.#own.delete(news.instanceId);
        return source && table.source(source).withdraw(news.instanceId, news.leave);
      }
      case 'told':
        return this.#remote.get(news.instanceId)?.hear(news.told);
      default:
        return news satisfies never;
    }
  }

  #put(table: Pick<InstanceTable, 'source'>, offer: InstanceOffer): void {
    const { instanceId, source } = offer.settings;
    const before = this.#sources.get(instanceId);
    this.#sources.set(instanceId, source);
    table.source(source).put(offer);
    if (before !== undefined && before !== source) {
      table.source(before).withdraw(instanceId, LEAVES.vanished(before));
    }
  }

  /** Whether it is given up is decided once for all workers. */
  #tellingOfDeath(events: UpstreamDeps['events']): UpstreamDeps['events'] {
    return {
      ...events,
      onDied: (upstream, reason) => {
        const { instanceId } = upstream.settings;
        events.onDied?.(upstream, reason);
        if (this.#own.get(instanceId) === upstream) {
          this.#peer.tell('instances.died', instanceId, reason);
        }
      },
    };
  }

  /** A list that has changed here has changed for the other workers, whose servers may not say so. */
  #tellingOfTools(events: UpstreamDeps['events']): UpstreamDeps['events'] {
    const seen = new Map<string, number>();
    return {
      ...events,
      onTools: (upstream, tools, hostTools) => {
        const { instanceId } = upstream.settings;
        const before = seen.get(instanceId);
        const names = tools.length + (hostTools?.filter(({ isLoaded }) => isLoaded).length ?? 0);
        seen.set(instanceId, names);
        events.onTools?.(upstream, tools, hostTools);
        if (before !== undefined && before !== names) {
          this.#peer.tell('instances.toolsChanged', instanceId);
        }
      },
    };
  }
}

function toShare({ settings, load, circuit }: Upstream): ServerShare {
  return { instanceId: settings.instanceId, load, circuit };
}
