import type { Forwarding } from '../../operations/hops/forward.ts';
import { NO_ENVELOPE } from '../../upstream/hop/hop.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import type { UpstreamLists } from './upstream-lists.ts';

const TIMEOUT_MILLIS = 10_000;

/** Requests of the gateway's own: no client waits for them, so they have no span. */
export const OWN: Pick<Forwarding, 'send'> = {
  send: (upstream, { method, params }) =>
    upstream.request({ method, params, timeoutMillis: TIMEOUT_MILLIS, isRead: true, begin: () => NO_ENVELOPE }),
};

/** The resources that clients listen to at this moment. */
export interface ResourceListeners {
  readonly isSubscribed: (uri: string) => Promise<boolean>;
  readonly subscribedUris: () => Promise<ReadonlySet<string>>;
}

export interface UpstreamSubscriptionsOptions {
  readonly lists: UpstreamLists;
  readonly listeners: ResourceListeners;
}

/**
 * Keeps what is subscribed at the upstreams equal to what clients listen to: a client that leaves without a word, or that
 * listens in the stateless era, sends no request that could be handed on.
 */
export class UpstreamSubscriptions {
  readonly #options: UpstreamSubscriptionsOptions;
  /** Where each resource is subscribed. */
  readonly #held = new Map<string, Upstream>();
  #settled = Promise.resolve();

  constructor(options: UpstreamSubscriptionsOptions) {
    this.#options = options;
  }

  /** Notes what a client's own request has subscribed; the client may have left meanwhile. */
  async hold(uri: string, upstream: Upstream): Promise<void> {
    this.#held.set(uri, upstream);
    if (!(await this.#isWanted(uri))) {
      this.settle();
    }
  }

  /** Notes what a client's own request has ended. */
  release(uri: string): void {
    this.#held.delete(uri);
  }

  /** Begins what somebody listens to and ends what nobody does, one change after the other. */
  settle(): void {
    this.#settled = this.#settled.then(() => this.#settle()).catch(() => {});
  }

  async #settle(): Promise<void> {
    for (const [uri, upstream] of this.#held) {
      if (!(await this.#isWanted(uri))) {
        this.#held.delete(uri);
        await OWN.send(upstream, { method: 'resources/unsubscribe', params: { uri } });
      }
    }
    for (const uri of await this.#options.listeners.subscribedUris()) {
      if (!this.#held.has(uri)) {
        await this.#begin(uri);
      }
    }
  }

  #isWanted(uri: string): Promise<boolean> {
    return this.#options.listeners.isSubscribed(uri);
  }

  async #begin(uri: string): Promise<void> {
    const upstream = await this.#options.lists.ownerOf(uri, OWN, () => true).catch(() => undefined);
    if (upstream === undefined) {
      return;
    }
    this.#held.set(uri, upstream);
    const isWanted = await this.#isWanted(uri);
    if (this.#held.get(uri) !== upstream) {
      return; // a client's own request has ended or begun it meanwhile
    }
    if (!isWanted) {
      this.#held.delete(uri);
      return;
    }
    const hop = await OWN.send(upstream, { method: 'resources/subscribe', params: { uri } });
    if (!hop.ok) {
      this.#held.delete(uri);
    }
  }
}
