import { MemoryRegisteredInstances } from '../../../registry/http/memory-registered-instances.ts';
import type {
  InstanceNews,
  RegisteredInstance,
  RegisteredInstances,
  RegisterOutcome,
  Registration,
} from '../../../registry/http/registered-instances.ts';
import type { Leave } from '../../../registry/table/leave.ts';
import { FencedLock } from '../janitor/fenced-lock.ts';
import { Janitor, LOCK_MILLIS } from '../janitor/janitor.ts';
import { JoinedRoom } from '../joined/joined-room.ts';
import { INSTANCES, RedisRegisteredInstances, type RedisInstancesOptions } from './redis-registered-instances.ts';

/** What {@link JoinedRegisteredInstances} are made of. */
export interface JoinedInstancesOptions extends RedisInstancesOptions {
  /** Names this gateway among those of its Redis. */
  readonly id: string;
  readonly onError: (error: unknown) => void;
}

/**
 * Instances that register at any gateway of one Redis. While Redis is away those that were heard of at other gateways stand
 * as they were known last, and those that register or are heard of here are told to Redis when it is back.
 */
export class JoinedRegisteredInstances implements RegisteredInstances {
  /** Those that this gateway heard of last. */
  readonly #here: MemoryRegisteredInstances;
  /** Those that another gateway heard of last, as they were known when Redis was asked. */
  #elsewhere = new Map<string, RegisteredInstance>();
  /** Those that were heard of here while Redis was away. */
  readonly #ahead = new Set<string>();
  /** What has been removed here while Redis was away: when, in epoch milliseconds, and how it left. */
  readonly #removed = new Map<string, { readonly at: number; readonly leave: Leave | undefined }>();
  readonly #remote: RedisRegisteredInstances;
  readonly #room: JoinedRoom;
  readonly #janitor: Janitor;
  readonly #now: () => number;

  constructor({ onError, id, ...options }: JoinedInstancesOptions) {
    const { link, now } = options;
    this.#now = now;
    this.#here = new MemoryRegisteredInstances(now);
    this.#remote = new RedisRegisteredInstances(options);
    this.#room = new JoinedRoom({
      link,
      name: INSTANCES,
      share: (hasLost) => this.#share(hasLost),
      isAhead: () => this.#ahead.size > 0 || this.#removed.size > 0,
      onError,
    });
    this.#janitor = new Janitor({
      lock: new FencedLock({ link, prefix: this.#remote.prefix, id, millis: LOCK_MILLIS }),
      monotonic: () => performance.now(),
      duty: async (token) => void (await this.#remote.sweep(token)),
      onError,
    });
  }

  /** Resolves when what this gateway has is shared, or Redis turned out to be away: with false. */
  whenJoined(): Promise<boolean> {
    return this.#room.join();
  }

  async register(registration: Registration): Promise<RegisterOutcome> {
    return this.#room.run(
      async () => {
        const outcome = await this.#remote.register(registration);
        if (outcome.kind === 'added' || outcome.kind === 'updated') {
          await this.#hold(outcome.instance);
        }
        return outcome;
      },
      () => this.#registerHere(registration),
    );
  }

  async heartbeat(instanceId: string, news: InstanceNews = {}): Promise<RegisteredInstance | undefined> {
    return this.#room.run(
      async () => {
        const instance = await this.#remote.heartbeat(instanceId, news);
        await (instance === undefined ? this.#forget(instanceId) : this.#hold(instance));
        return instance;
      },
      async () => {
        const known = this.#elsewhere.get(instanceId);
        if (known !== undefined) {
          await this.#hold(known);
        }
        this.#ahead.add(instanceId);
        return this.#here.heartbeat(instanceId, news);
      },
    );
  }

  async get(instanceId: string): Promise<RegisteredInstance | undefined> {
    return this.#room.run(
      () => this.#remote.get(instanceId),
      async () => (await this.#here.get(instanceId)) ?? this.#elsewhere.get(instanceId),
    );
  }

  async remove(instanceId: string, leave?: Leave): Promise<boolean> {
    if (leave?.eviction !== undefined) {
      return this.#evict(instanceId, leave);
    }
    const wasThere = await this.#room.run(
      () => this.#remote.remove(instanceId, leave),
      async () => {
        const isKnown = this.#elsewhere.has(instanceId) || (await this.#here.get(instanceId)) !== undefined;
        if (isKnown) {
          this.#removed.set(instanceId, { at: this.#now(), leave });
        }
        return isKnown;
      },
    );
    await this.#forget(instanceId);
    return wasThere;
  }

  async leaveOf(instanceId: string): Promise<Leave | undefined> {
    return this.#room.run(
      () => this.#remote.leaveOf(instanceId),
      async () => this.#removed.get(instanceId)?.leave,
    );
  }

  async list(): Promise<readonly RegisteredInstance[]> {
    return this.#room.run(
      async () => {
        const all = await this.#remote.list();
        await this.#note(all);
        return all;
      },
      async () => [...(await this.#here.list()), ...this.#elsewhere.values()],
    );
  }

  /** Takes its turn at cleaning up for all, now and every few seconds. Never rejects. */
  clean(): Promise<void> {
    return this.#janitor.begin();
  }

  async close(): Promise<void> {
    await this.#janitor.close();
    this.#room.close();
  }

  /** Those who do not clean up go on without it until it is heard of again, and leave it to the others. */
  async #evict(instanceId: string, leave: Leave): Promise<boolean> {
    const { token } = this.#janitor;
    const isGone = await this.#room.run(
      async () => token !== undefined && (await this.#remote.evict(instanceId, leave, token)),
      async () => false,
    );
    if (isGone) {
      await this.#forget(instanceId);
    }
    return isGone;
  }

  async #registerHere(registration: Registration): Promise<RegisterOutcome> {
    const { instanceId, mcpUrl, owner } = registration;
    const known = this.#elsewhere.get(instanceId);
    if (known !== undefined) {
      if (known.mcpUrl !== mcpUrl && (owner === undefined || owner !== known.owner)) {
        return { kind: 'conflict', instance: known };
      }
      await this.#hold(known);
    }
    const outcome = await this.#here.register(registration);
    this.#ahead.add(instanceId);
    this.#removed.delete(instanceId);
    return outcome;
  }

  /** This gateway heard of it last. */
  async #hold(instance: RegisteredInstance): Promise<void> {
    const { registeredAt: _, heartbeatAt: __, ...registration } = instance;
    this.#elsewhere.delete(instance.instanceId);
    if (instance.isElsewhere === true) {
      return;
    }
    if ((await this.#here.register(registration)).kind === 'conflict') {
      // It is so for all: what was known here is no more.
      await this.#here.remove(instance.instanceId);
      await this.#here.register(registration);
    }
  }

  async #forget(instanceId: string): Promise<void> {
    this.#elsewhere.delete(instanceId);
    await this.#here.remove(instanceId);
  }

  /** Takes over what all gateways together know. */
  async #note(all: readonly RegisteredInstance[]): Promise<void> {
    const shared = new Map(all.map((instance) => [instance.instanceId, instance]));
    for (const held of await this.#here.list()) {
      const { heartbeatAt } = shared.get(held.instanceId) ?? {};
      if (heartbeatAt === undefined || heartbeatAt > held.heartbeatAt) {
        await this.#here.remove(held.instanceId);
      } else {
        shared.delete(held.instanceId);
      }
    }
    this.#elsewhere = shared;
  }

  /** What Redis knows later stands. What was not heard of here meanwhile may have gone, or moved, at another gateway. */
  async #share(hasLost: boolean): Promise<void> {
    // What was read before still holds where nothing was lost: a hundred gateways that read all anew would keep Redis from answering.
    if (hasLost) {
      this.#remote.forget();
    }
    for (const [instanceId, { at, leave }] of this.#removed) {
      await this.#remote.remove(instanceId, leave, at);
      this.#removed.delete(instanceId);
    }
    const here = await this.#here.list();
    for (const instance of here.filter(({ instanceId }) => hasLost || this.#ahead.has(instanceId))) {
      await this.#shareOne(instance);
    }
    const left = new Set(here.map(({ instanceId }) => instanceId));
    this.#ahead.forEach((instanceId) => left.has(instanceId) || this.#ahead.delete(instanceId));
  }

  async #shareOne(instance: RegisteredInstance): Promise<void> {
    const { instanceId } = instance;
    this.#ahead.delete(instanceId);
    try {
      const { kind } = await this.#remote.put(instance);
      if (kind === 'conflict') {
        await this.#here.remove(instanceId);
      }
    } catch (error) {
      this.#ahead.add(instanceId);
      throw error;
    }
  }
}
