import type { LookupFunction } from 'node:net';
import { isLoopback } from '../../config/reader/bind-rules.ts';
import type { RegisteredFacts } from '../../upstream/upstream.ts';
import { type InstanceOffer, registeredSettings } from '../table/instance-offer.ts';
import type { InstanceSource, InstanceTable } from '../table/instance-table.ts';
import { type Leave, LEAVES } from '../table/leave.ts';
import { isSameAddress, type ListenAddress, thisMachine, toListenAddress } from '../table/listen-address.ts';
import type { Upstreams } from '../table/upstreams.ts';
import { whyUnsafe } from './check-target.ts';
import { compareRegistered, type GoneInstance, nextEndOf, type RegisteredChanges } from './compare-registered.ts';
import { RefusedRegistrations } from './refused-registrations.ts';
import type { InstanceNews, RegisteredInstance, RegisteredInstances, Registration } from './registered-instances.ts';

/** How often the instances are compared with those that are registered, here or at another gateway. */
const SYNC_MILLIS = 1_000;
/** Registrations whose host is looked up at a time: looking up takes threads that files need, too. */
const MAX_LOOKUPS = 32;
const FULL: RegistrationRefusal = {
  kind: 'queue-full',
  message: 'As many instances are registered as there may be',
};
/** A time to live that ends before that is looked for at its end. */
const MIN_SYNC_MILLIS = 10;

export interface HttpRegistryOptions {
  readonly table: InstanceTable;
  readonly upstreams: Upstreams;
  readonly store: RegisteredInstances;
  /** Where other gateways are that share the store: no instance is there. */
  readonly gateways: () => readonly string[];
  /** Networks that instances may be in besides loopback and the host that they register from. */
  readonly allow: readonly string[];
  readonly lookup: LookupFunction;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told of what the store has thrown. */
  readonly onError: (error: unknown) => void;
}

/** Why a registration is refused. */
export interface RegistrationRefusal {
  readonly kind: 'instance-conflict' | 'unsafe-backend-target' | 'queue-full';
  readonly message: string;
}

/** What came of a registration. */
export type RegistrationResult =
  | { readonly ok: true; readonly instance: RegisteredInstance; readonly isUpdate: boolean }
  | { readonly ok: false; readonly refusal: RegistrationRefusal };

/** The instances that register over HTTP: what they say goes into the store, and what is in the store into the table. */
export class HttpRegistry {
  readonly #options: HttpRegistryOptions;
  readonly #source: InstanceSource;
  #own: readonly ListenAddress[] = [];
  readonly #refused: RefusedRegistrations;
  #lookups = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: HttpRegistryOptions) {
    this.#options = options;
    this.#source = options.table.source('http', (instanceId, leave) => {
      options.store.remove(instanceId, leave).catch(options.onError);
    });
    this.#refused = new RefusedRegistrations(this.#source);
  }

  /**
   * Begins to look for instances that are overdue, or have come and gone at another gateway.
   *
   * @param own Where the gateway listens: no instance is there.
   */
  start(own: readonly ListenAddress[]): void {
    this.#own = own;
    this.#timer = setTimeout(() => void this.#sync(), SYNC_MILLIS).unref();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async register(registration: Registration): Promise<RegistrationResult> {
    const refusal = this.#whyKnownElsewhere(registration) ?? (await this.#whyUnsafe(registration));
    if (refusal !== undefined) {
      return this.#refuse(registration, refusal);
    }
    const outcome = await this.#options.store.register(registration);
    switch (outcome.kind) {
      case 'conflict':
        return this.#refuse(registration, conflict(registration.instanceId));
      case 'full':
        return this.#refuse(registration, FULL);
      case 'added':
      case 'updated':
        this.#put(outcome.instance);
        this.#refused.delete(registration.instanceId);
        return { ok: true, instance: outcome.instance, isUpdate: outcome.kind === 'updated' };
      default:
        return outcome satisfies never;
    }
  }

  #refuse(registration: Registration, refusal: RegistrationRefusal): RegistrationResult {
    this.#refused.add(registration, refusal.message);
    return { ok: false, refusal };
  }

  /** @returns `undefined` where no such instance is registered: it should register again. */
  async heartbeat(instanceId: string, news: InstanceNews): Promise<RegisteredInstance | undefined> {
    const instance = await this.#options.store.heartbeat(instanceId, news);
    if (instance !== undefined) {
      this.#put(instance);
    }
    return instance;
  }

  #put(instance: RegisteredInstance): void {
    if (instance.isElsewhere !== true) {
      this.#source.put(this.#toOffer(instance));
    }
  }

  /** @returns Whether it was registered. */
  async deregister(instanceId: string, reason: string | undefined): Promise<boolean> {
    const leave = LEAVES.deregistered(reason);
    const wasThere = await this.#options.store.remove(instanceId, leave);
    this.#source.withdraw(instanceId, leave);
    this.#refused.delete(instanceId);
    return wasThere;
  }

  /** The DCC type of an instance, wherever it is known from. */
  async dccTypeOf(instanceId: string): Promise<string | undefined> {
    const registered = await this.#options.store.get(instanceId);
    return registered?.dccType ?? this.#options.upstreams.get(instanceId)?.settings.dccType;
  }

  /** An instance that the configuration or a file has may register as well, with the address that it has there. */
  #whyKnownElsewhere({ instanceId, mcpUrl }: Registration): RegistrationRefusal | undefined {
    const known = this.#options.upstreams.get(instanceId);
    if (known === undefined || known.settings.source === 'http') {
      return undefined;
    }
    const { transport } = known.settings;
    return transport.type === 'http' && isSameServer(transport.url, mcpUrl) ? undefined : conflict(instanceId);
  }

  async #whyUnsafe({ mcpUrl, peer }: Registration): Promise<RegistrationRefusal | undefined> {
    const { allow, lookup } = this.#options;
    if (this.#lookups >= MAX_LOOKUPS) {
      return { kind: 'queue-full', message: 'Too many instances register at once' };
    }
    const url = new URL(mcpUrl);
    if (this.#isOwn(url)) {
      return unsafe(url, 'it is the gateway itself');
    }
    this.#lookups += 1;
    try {
      const why = await whyUnsafe(url, { allow, peer }, lookup);
      return why === undefined ? undefined : unsafe(url, why);
    } finally {
      this.#lookups -= 1;
    }
  }

  #isOwn(url: URL): boolean {
    const isThisMachine = thisMachine();
    const others = this.#options.gateways().map((gateway) => toListenAddress(new URL(gateway)));
    return [...this.#own, ...others].some((own) => isSameAddress(toListenAddress(url), own, isThisMachine));
  }

  #toOffer(instance: RegisteredInstance): InstanceOffer {
    const { instanceId, dccType, mcpUrl: url, peer } = instance;
    const reach = { allow: this.#options.allow, peer };
    return {
      settings: registeredSettings({ source: 'http', instanceId, dccType, url, reach }),
      facts: toFacts(instance),
    };
  }

  /** What the gateways have said that took them out. */
  async #leavesOf(gone: readonly GoneInstance[]): Promise<ReadonlyMap<string, Leave | undefined>> {
    const { store } = this.#options;
    const untold = gone.filter(({ leave }) => leave === undefined);
    return new Map(
      await Promise.all(untold.map(async ({ instanceId }) => [instanceId, await store.leaveOf(instanceId)] as const)),
    );
  }

  async #sync(): Promise<void> {
    const { store, now, onError } = this.#options;
    const before = this.#source.offers();
    let live: readonly RegisteredInstance[] = [];
    try {
      live = await store.list();
      const compared = (): RegisteredChanges =>
        compareRegistered({ before, current: this.#source.offers(), live, now: now() });
      const told = await this.#leavesOf(compared().gone);
      const { gone, news } = compared();
      for (const { instanceId, leave = told.get(instanceId) } of gone) {
        this.#source.withdraw(instanceId, leave ?? LEAVES.deregistered(undefined));
      }
      news.forEach((instance) => this.#source.put(this.#toOffer(instance)));
    } catch (error) {
      onError(error);
    }
    if (!this.#isClosed) {
      const millis = Math.max(MIN_SYNC_MILLIS, Math.min(SYNC_MILLIS, nextEndOf(live) - now()));
      this.#timer = setTimeout(() => void this.#sync(), millis).unref();
    }
  }
}

function conflict(instanceId: string): RegistrationRefusal {
  return { kind: 'instance-conflict', message: `The instance ${instanceId} is known with another address` };
}

function unsafe({ host }: URL, why: string): RegistrationRefusal {
  return { kind: 'unsafe-backend-target', message: `No instance may be at ${host}: ${why}` };
}

function toFacts(instance: RegisteredInstance): RegisteredFacts {
  const { scene, adapterVersion, capabilitiesFingerprint, heartbeatAt, ttlSecs } = instance;
  return { scene, adapterVersion, capabilitiesFingerprint, heartbeatAt, ttlSecs };
}

/** Whether two URLs mean the same server; the names of loopback mean the same host. */
function isSameServer(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)];
  const isSamePlace = isSameAddress(toListenAddress(a), toListenAddress(b), isLoopback);
  return isSamePlace && a.pathname.replace(/\/$/, '') === b.pathname.replace(/\/$/, '');
}
