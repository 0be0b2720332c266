import type { InstanceOffer } from '../../../registry/table/instance-offer.ts';
import type { Leave } from '../../../registry/table/leave.ts';
import { createUpstream } from '../../../upstream/managed/create-upstream.ts';
import type { UpstreamDeps } from '../../../upstream/managed/managed-upstream.ts';
import type { Upstream, UpstreamEvents, UpstreamSettings } from '../../../upstream/upstream.ts';
import type { Peer, Services } from '../channel/peer.ts';
import { ServedHops } from './served-hops.ts';
import { type InstanceNews, isConnectedOnce, type UpstreamNews, type UpstreamView } from './shared-instances.ts';

/** What a worker may ask of an upstream that is connected once. */
const ASKED = ['connect', 'notify', 'describeUnloaded', 'refreshEvents', 'refreshTools', 'noteList', 'unload'] as const;

interface Known {
  readonly offer: InstanceOffer;
  readonly upstream: Upstream | undefined;
  /** The tools that it told last, where it is connected once. */
  tools: Extract<UpstreamNews, { type: 'tools' }> | undefined;
}

/** An upstream of this process, and who is told of it here. */
interface Made {
  readonly upstream: Upstream;
  readonly events: UpstreamEvents;
}

/** The instances of this process, for its workers: all of them are told, and those connected once are called here. */
export class SharedUpstreams {
  readonly #workers: number;
  readonly #peers: () => readonly Peer[];
  readonly #known = new Map<string, Known>();
  readonly #made = new Map<string, Made>();

  /** @param peers The workers at this moment. */
  constructor(workers: number, peers: () => readonly Peer[]) {
    this.#workers = workers;
    this.#peers = peers;
  }

  /** How this process makes the upstream of an instance. */
  readonly create = (settings: UpstreamSettings, deps: UpstreamDeps): Upstream => {
    const isShared = isConnectedOnce(settings, this.#workers);
    const upstream = createUpstream(settings, { ...deps, events: isShared ? this.#telling(deps.events) : deps.events });
    this.#made.set(settings.instanceId, { upstream, events: deps.events });
    return upstream;
  };

  /** Told of each instance that has come, changed, or gone. @param leave Absent where it is there. */
  readonly onInstance = (instanceId: string, offer: InstanceOffer | undefined, leave: Leave | undefined): void => {
    if (offer === undefined) {
      this.#known.delete(instanceId);
      this.#made.delete(instanceId);
      if (leave !== undefined) {
        // What is counted of it is counted here.
        const { eviction: _, ...told } = leave;
        this.#send({ type: 'withdraw', instanceId, leave: told });
      }
      return;
    }
    const upstream = this.#made.get(instanceId)?.upstream;
    const before = this.#known.get(instanceId);
    const tools = before?.upstream === upstream ? before?.tools : undefined;
    const known: Known = { offer, upstream, tools };
    this.#known.set(instanceId, known);
    this.#newsOf(known).forEach((news) => this.#send(news));
  };

  /** All that a worker has to know when it starts. */
  all(): readonly InstanceNews[] {
    return [...this.#known.values()].flatMap((known) => this.#newsOf(known));
  }

  /** What one worker may ask, and what ends it. */
  serve(peer: Peer): { readonly services: Services; end(): void } {
    const hops = new ServedHops(peer, (instanceId) => this.#made.get(instanceId)?.upstream);
    return {
      services: {
        ...hops.services(),
        'upstream.ask': (instanceId: string, method: string, ...args: readonly unknown[]) =>
          this.#answer(instanceId, method, args),
        'instances.toolsChanged': (instanceId: string) => this.#refreshTools(peer, instanceId),
        'instances.died': (instanceId: string, reason: string) => this.#noteDeath(instanceId, reason),
      },
      end: () => hops.end(),
    };
  }

  /** Reads the tools list again, as a worker was asked to that has found it changed. */
  #refreshTools(from: Peer, instanceId: string): void {
    void this.#made.get(instanceId)?.upstream.refreshTools();
    this.#peers()
      .filter((peer) => peer !== from)
      .forEach((peer) => peer.tell('instances.refreshTools', instanceId));
  }

  /** A worker lost it on a connection of its own. */
  #noteDeath(instanceId: string, reason: string): void {
    const made = this.#made.get(instanceId);
    made?.events.onDied?.(made.upstream, reason);
  }

  async #answer(instanceId: string, name: string, args: readonly unknown[]): Promise<unknown> {
    const upstream = this.#made.get(instanceId)?.upstream;
    const method = ASKED.find((each) => each === name);
    if (upstream === undefined || method === undefined) {
      return undefined;
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ASKED names methods that take plain data
    return (upstream as unknown as Readonly<Record<string, (...rest: readonly unknown[]) => unknown>>)[method]?.(
      ...args,
    );
  }

  #newsOf({ offer, upstream, tools }: Known): readonly InstanceNews[] {
    const { instanceId } = offer.settings;
    if (upstream === undefined || !isConnectedOnce(offer.settings, this.#workers)) {
      return [{ type: 'put', offer }];
    }
    const told: readonly UpstreamNews[] = [...(tools === undefined ? [] : [tools]), toStatus(upstream)];
    return [{ type: 'put', offer }, ...told.map((each): InstanceNews => ({ type: 'told', instanceId, told: each }))];
  }

  #telling(events: UpstreamEvents): UpstreamEvents {
    const tell = ({ settings }: Upstream, told: UpstreamNews): void =>
      this.#send({ type: 'told', instanceId: settings.instanceId, told });
    return {
      ...events,
      onStatus: (upstream) => {
        events.onStatus?.(upstream);
        tell(upstream, toStatus(upstream));
      },
      onDied: (upstream, reason) => {
        events.onDied?.(upstream, reason);
        tell(upstream, { type: 'died', reason });
      },
      onTools: (upstream, tools, hostTools) => {
        events.onTools?.(upstream, tools, hostTools);
        const told = { type: 'tools', tools, hostTools } as const;
        const known = this.#known.get(upstream.settings.instanceId);
        if (known?.upstream === upstream) {
          known.tools = told;
        }
        tell(upstream, told);
      },
      onNotification: (upstream, method, params) => {
        events.onNotification?.(upstream, method, params);
        tell(upstream, { type: 'notification', method, params });
      },
      onUnloaded: (upstream) => {
        events.onUnloaded?.(upstream);
        tell(upstream, { type: 'unloaded' });
      },
      onStderr: (upstream, line, bytes) => {
        events.onStderr?.(upstream, line, bytes);
        tell(upstream, { type: 'stderr', line, bytes });
      },
      onHostEvents: (upstream, told, missed) => {
        events.onHostEvents?.(upstream, told, missed);
        tell(upstream, { type: 'host-events', events: told, missed });
      },
    };
  }

  #send(news: InstanceNews): void {
    this.#peers().forEach((peer) => peer.tell('instances.news', news));
  }
}

function toStatus({ status, circuit, load, sessionId, pid, hostReadiness }: Upstream): UpstreamNews {
  const view: UpstreamView = { status, circuit, load, sessionId, pid, hostReadiness };
  return { type: 'status', view };
}
