import { BoundedMap } from '@dcc-mcp/bounds';
import { toInstanceShort } from '../../protocol/instance-id.ts';
import type { GatewayMessages } from '../../protocol/messages/gateway-messages.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import type { InstanceOffer } from '../table/instance-offer.ts';
import type { InstanceSource, InstanceTable } from '../table/instance-table.ts';
import { LEAVES } from '../table/leave.ts';
import type { Upstreams } from '../table/upstreams.ts';
import {
  type AnnouncedInstance,
  type GatewayAnnouncement,
  type GatewayAnnouncements,
  MAX_ANNOUNCED,
} from './gateway-announcements.ts';
import { toInternalUrl } from './internal-url.ts';

/** How often the others are looked at, and this gateway says again what it has. */
const SYNC_MILLIS = 1_000;
const ANNOUNCE_EVERY = 3;
const MAX_SEEN = 10_000;
const CHANGED = 'gateways.changed';
/** Of several that change at a time one look is enough. */
const SOON_MILLIS = 20;

/** Everything but what nobody may ever be sent to: who can write announcements can't send a gateway to a metadata service. */
const ANYWHERE = { allow: ['0.0.0.0/0', '::/0'] };

/** The address of the gateway that has an announced instance begins its path here. */
export const INTERNAL_PATH = '/internal/instances/';

export interface AnnouncedRegistryOptions {
  readonly table: InstanceTable;
  readonly upstreams: Upstreams;
  readonly announcements: GatewayAnnouncements;
  /** Tells the others at once that there is something new to look at. */
  readonly messages: GatewayMessages;
  readonly onError: (error: unknown) => void;
}

/** Says which upstreams this gateway alone has, and puts those of the others into the table. What came from another is never said again. */
export class AnnouncedRegistry {
  readonly #options: AnnouncedRegistryOptions;
  readonly #source: InstanceSource;
  /** Instances that have been ready once: a child that is started anew is still this gateway's. */
  readonly #known = new Set<Upstream['settings']>();
  /** Gateways that live, without this one. */
  #others: readonly GatewayAnnouncement[] = [];
  /** Addresses that were ever there; the oldest is forgotten. */
  readonly #seen = new BoundedMap<string, true>({ maxEntries: MAX_SEEN });
  #url: string | undefined;
  #secret: string | undefined;
  #rounds = 0;
  #said = '';
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #isLooking = false;

  constructor(options: AnnouncedRegistryOptions) {
    this.#options = options;
    this.#source = options.table.source('gateway');
    options.messages.listen(CHANGED, () => this.#lookSoon());
  }

  /** @param url Where the gateway listens; absent where nobody reaches it. */
  start(url: string | undefined): void {
    this.#url = url === undefined ? undefined : toInternalUrl(url);
    this.#timer = setTimeout(() => void this.#round(), 0);
  }

  /** Whether that text is what gateways show each other; told by who compares it in constant time. */
  get secret(): string | undefined {
    return this.#secret;
  }

  /** Whether a gateway of that address was there, and is not any more. */
  isGone(address: string): boolean {
    return this.#seen.has(address) && !this.#others.some((other) => other.address === address);
  }

  /** Where other gateways are reached. */
  urls(): readonly string[] {
    return this.#others.flatMap(({ url }) => url ?? []);
  }

  /** Nothing of this gateway is there for the others any more. Never rejects. */
  async withdraw(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const { announcements, messages, onError } = this.#options;
    await announcements.withdraw(messages.address).catch(onError);
    await messages.publish({ topic: CHANGED, body: {} });
  }

  #lookSoon(): void {
    if (this.#timer !== undefined && !this.#isClosed && !this.#isLooking) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#round(), SOON_MILLIS).unref();
    }
  }

  async #round(): Promise<void> {
    this.#isLooking = true;
    try {
      await this.#announce();
      const { announcements, messages } = this.#options;
      const all = await announcements.list();
      if (!this.#isClosed) {
        this.#others = all.filter((each) => each.address !== messages.address);
        this.#others.forEach((each) => this.#seen.set(each.address, true));
        this.#take();
        this.#rounds += 1;
      }
    } catch (error) {
      this.#options.onError(error);
    }
    this.#isLooking = false;
    if (!this.#isClosed) {
      this.#timer = setTimeout(() => void this.#round(), SYNC_MILLIS).unref();
    }
  }

  /** Says what it has when that has changed, and often enough to be believed. */
  async #announce(): Promise<void> {
    const { announcements, messages } = this.#options;
    const { address } = messages;
    const instances = this.#url === undefined ? [] : this.#own();
    const said = JSON.stringify(instances);
    if (said !== this.#said || this.#rounds % ANNOUNCE_EVERY === 0) {
      this.#secret = await announcements.secret();
      if (this.#isClosed) {
        return; // it would be believed though the gateway has left
      }
      await announcements.announce({ address, url: this.#url, instances });
      if (said !== this.#said) {
        this.#said = said;
        await messages.publish({ topic: CHANGED, body: {} });
      }
    }
  }

  #own(): readonly AnnouncedInstance[] {
    const own = this.#options.upstreams.all().filter(isOwn);
    const there = new Set(own.map(({ settings }) => settings));
    this.#known.forEach((settings) => there.has(settings) || this.#known.delete(settings));
    own.forEach(({ settings, status }) => status.readiness === 'ready' && this.#known.add(settings));
    return [...this.#known].slice(0, MAX_ANNOUNCED).map(toAnnounced);
  }

  /** An instance that this gateway has itself, or that registers with it, stays as it is; one that two others have goes to one of them. */
  #take(): void {
    const before = new Map(this.#source.offers().map((offer) => [offer.settings.instanceId, offer]));
    const now = new Map<string, InstanceOffer>();
    for (const gateway of this.#others) {
      for (const instance of gateway.instances) {
        const offer = this.#toOffer(gateway, instance);
        const isKept = offer !== undefined && ownerOf(before.get(instance.instanceId)) === gateway.address;
        if (offer !== undefined && !this.#isKnown(instance) && (isKept || !now.has(instance.instanceId))) {
          now.set(instance.instanceId, offer);
        }
      }
    }
    for (const instanceId of before.keys()) {
      if (!now.has(instanceId)) {
        this.#source.withdraw(instanceId, LEAVES.vanished('the gateway that had it'));
      }
    }
    now.forEach((offer) => this.#source.put(offer));
  }

  #isKnown({ instanceId }: AnnouncedInstance): boolean {
    const known = this.#options.upstreams.get(instanceId);
    return known !== undefined && known.settings.source !== 'gateway';
  }

  #toOffer({ address: owner, url }: GatewayAnnouncement, instance: AnnouncedInstance): InstanceOffer | undefined {
    if (url === undefined || this.#secret === undefined) {
      return undefined;
    }
    const { instanceId } = instance;
    return {
      settings: {
        ...instance,
        instanceShort: toInstanceShort(instanceId),
        source: 'gateway',
        transport: {
          type: 'http',
          url: `${url.replace(/\/$/, '')}${INTERNAL_PATH}${instanceId}/mcp`,
          headers: { authorization: `Bearer ${this.#secret}` },
          reach: ANYWHERE,
          owner,
        },
        isLazy: false,
        isDisabled: false,
      },
    };
  }
}

/** A child of this process. */
function isOwn({ settings: { source, transport, isDisabled } }: Upstream): boolean {
  return source === 'config' && transport.type === 'stdio' && !isDisabled;
}

function ownerOf(offer: InstanceOffer | undefined): string | undefined {
  const { transport } = offer?.settings ?? {};
  return transport?.type === 'http' ? transport.owner : undefined;
}

function toAnnounced({
  key,
  instanceId,
  dccType,
  affinity,
  concurrency,
  maxQueued,
  timeoutMillis,
  maxTimeoutMillis,
  coercesArguments,
  toolFilter,
}: Upstream['settings']): AnnouncedInstance {
  return {
    key,
    instanceId,
    dccType,
    affinity,
    concurrency,
    maxQueued,
    timeoutMillis,
    ...(maxTimeoutMillis === undefined ? {} : { maxTimeoutMillis }),
    coercesArguments,
    ...(toolFilter === undefined ? {} : { toolFilter }),
  };
}
