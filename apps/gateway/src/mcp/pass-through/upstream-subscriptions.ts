import type { Forwarding } from '../../operations/hops/forward.ts';
import { NO_ENVELOPE } from '../../upstream/hop/hop.ts';
import { type ResourcePlace, toOwnUri } from './own-uri.ts';
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
  /** Tells the other gateways that a session's own request has changed them. */
  readonly onChanged: () => void;
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
  /** Where each resource that clients listen to is subscribed, by the name that they have for it. */
  readonly #held = new Map<string, ResourcePlace>();
  #settled = Promise.resolve();

  constructor(options: UpstreamSubscriptionsOptions) {
    this.#options = options;
  }

  /** The names by which clients listen to a resource of that upstream. */
  listenedAs(instanceId: string, uri: string): readonly string[] {
    return [uri, toOwnUri(instanceId, uri)].filter((name) => {
      const place = this.#held.get(name);
      // The first change may come before it is known that the subscription was granted.
      return place === undefined || place.upstream.settings.instanceId === instanceId;
    });
  }

  /** Notes what a client's own request has subscribed; the client may have left meanwhile. */
  async hold(uri: string, place: ResourcePlace): Promise<void> {
    this.#held.set(uri, place);
    if (!(await this.#isWanted(uri))) {
      this.settle();
    }
  }

  /** Notes what a client's own request has ended. @returns Whether the upstream is to be told. */
  release(uri: string): boolean {
    const place = this.#held.get(uri);
    this.#held.delete(uri);
    return place === undefined || !this.#isHeld(place);
  }

  /** Begins what somebody listens to and ends what nobody does, one change after the other. */
  settle(): void {
    this.#settled = this.#settled.then(() => this.#settle()).catch(() => {});
  }

  async #settle(): Promise<void> {
    for (const [uri, place] of this.#held) {
      if (!(await this.#isWanted(uri)) && this.release(uri)) {
        await OWN.send(place.upstream, { method: 'resources/unsubscribe', params: { uri: place.uri } });
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

  /** Whether somebody listens to it by another name. */
  #isHeld({ upstream, uri }: ResourcePlace): boolean {
    return [...this.#held.values()].some((other) => other.upstream === upstream && other.uri === uri);
  }

  async #begin(uri: string): Promise<void> {
    const place = await this.#options.lists.placeOf(uri, OWN, () => true).catch(() => undefined);
    if (place === undefined) {
      return;
    }
    this.#held.set(uri, place);
    const isWanted = await this.#isWanted(uri);
    if (this.#held.get(uri) !== place) {
      return; // a client's own request has ended or begun it meanwhile
    }
    if (!isWanted) {
      this.#held.delete(uri);
      return;
    }
    const hop = await OWN.send(place.upstream, { method: 'resources/subscribe', params: { uri: place.uri } });
    if (!hop.ok) {
      this.#held.delete(uri);
    }
  }
}
