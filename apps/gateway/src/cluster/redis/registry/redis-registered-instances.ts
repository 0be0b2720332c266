import { isLoopback } from '../../../config/reader/bind-rules.ts';
import {
  type InstanceNews,
  LEAVE_MILLIS,
  MAX_REGISTERED,
  type RegisteredInstance,
  type RegisteredInstances,
  type RegisterOutcome,
  type Registration,
} from '../../../registry/http/registered-instances.ts';
import type { Leave } from '../../../registry/table/leave.ts';
import { fromPresent, parseOwn, toArguments, toList, toPresent } from '../joined/replies.ts';
import { type RedisLink, slotTag } from '../link/redis-link.ts';
import {
  EVICT_INSTANCE,
  HEARTBEAT_INSTANCE,
  READ_CHANGES,
  READ_INSTANCE,
  REGISTER_INSTANCE,
  REMOVE_INSTANCE,
  SWEEP_INSTANCES,
} from './instance-scripts.ts';
import { thisMachineName } from './this-machine.ts';

/** What {@link RedisRegisteredInstances} are made of. */
export interface RedisInstancesOptions {
  readonly link: RedisLink;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How far the clock of Redis, which all gateways go by, is ahead of that; default 0. */
  readonly skewMillis?: () => number;
  /** Names the machine, whose loopback no other reaches; default this one. */
  readonly machine?: string;
}

/** The part of the keys that puts all instances into one slot. */
export const INSTANCES = 'instances';
/** Changes that are read at a time. */
const PAGE = 250;

/** Registered instances in Redis, and nowhere else. @throws {RedisUnavailable} From each method. */
export class RedisRegisteredInstances implements Omit<RegisteredInstances, 'remove'> {
  readonly #link: RedisLink;
  readonly #now: () => number;
  readonly #skewMillis: () => number;
  readonly #machine: string;
  /** Of all that is kept of instances, and of the lock of whoever cleans it up. */
  readonly prefix: string;
  /** All that lived when changes were last read, and the number of the last change. */
  readonly #known = new Map<string, RegisteredInstance>();
  #change = 0;

  constructor({ link, now, skewMillis = () => 0, machine = thisMachineName() }: RedisInstancesOptions) {
    this.#link = link;
    this.#now = now;
    this.#skewMillis = skewMillis;
    this.#machine = machine;
    this.prefix = `${link.key(slotTag(INSTANCES))}:`;
  }

  register(registration: Registration): Promise<RegisterOutcome> {
    const now = this.#now();
    return this.put({ ...registration, registeredAt: now, heartbeatAt: now });
  }

  /** Registers an instance that was heard of at a time of its own. */
  async put(instance: RegisteredInstance): Promise<RegisterOutcome> {
    const { owner, scene, capabilitiesFingerprint, registeredAt, heartbeatAt, isElsewhere: _, ...rest } = instance;
    const { instanceId, ttlSecs, mcpUrl } = rest;
    const said: Said = isLoopback(new URL(mcpUrl).hostname) ? { ...rest, machine: this.#machine } : rest;
    const times = [...[registeredAt, heartbeatAt].map((at) => this.#toShared(at)), String(ttlSecs * 1_000)];
    const told = [mcpUrl, toPresent(owner), JSON.stringify(said), toPresent(scene), toPresent(capabilitiesFingerprint)];
    const args = [this.#toShared(this.#now()), instanceId, String(MAX_REGISTERED), ...times, ...told];
    const [word, row] = toList(await this.#link.run(REGISTER_INSTANCE, [this.prefix], args));
    const known = this.#toInstance(row);
    if (word === 'full' || known === undefined) {
      return { kind: 'full' };
    }
    return { kind: word === 'conflict' || word === 'updated' ? word : 'added', instance: known };
  }

  async heartbeat(instanceId: string, news: InstanceNews = {}): Promise<RegisteredInstance | undefined> {
    const { scene, capabilitiesFingerprint } = news;
    const told = toArguments({
      scene: scene === undefined ? undefined : toPresent(scene),
      fingerprint: capabilitiesFingerprint === undefined ? undefined : toPresent(capabilitiesFingerprint),
    });
    const args = [this.#toShared(this.#now()), instanceId, ...told];
    return this.#toInstance(await this.#link.run(HEARTBEAT_INSTANCE, [this.prefix], args));
  }

  async get(instanceId: string): Promise<RegisteredInstance | undefined> {
    const args = [this.#toShared(this.#now()), instanceId];
    return this.#toInstance(await this.#link.run(READ_INSTANCE, [this.prefix], args));
  }

  /** @param heardBefore One that was heard of later stays; epoch milliseconds. */
  async remove(instanceId: string, leave?: Leave, heardBefore: number = Number.MAX_SAFE_INTEGER): Promise<boolean> {
    const args = [this.#toShared(this.#now()), instanceId, this.#toShared(heardBefore), ...toLeft(leave)];
    return (await this.#link.run(REMOVE_INSTANCE, [this.prefix], args)) === 1;
  }

  /** What the janitor does with one that it can't reach. @returns Whether it was there; false where the token is old. */
  async evict(instanceId: string, leave: Leave, token: string): Promise<boolean> {
    const args = [this.#toShared(this.#now()), instanceId, String(Number.MAX_SAFE_INTEGER), ...toLeft(leave), token];
    return (await this.#link.run(EVICT_INSTANCE, [this.prefix], args)) === 1;
  }

  async leaveOf(instanceId: string): Promise<Leave | undefined> {
    return parseOwn<Leave>(await this.#link.send(['GET', `${this.prefix}left:${instanceId}`]));
  }

  /** Takes out what is overdue. @returns Whether the token is not old. */
  async sweep(token: string): Promise<boolean> {
    const args = [this.#toShared(this.#now()), String(MAX_REGISTERED), token];
    return (await this.#link.run(SWEEP_INSTANCES, [this.prefix], args)) !== -1;
  }

  /** Reads what has changed since the last time. */
  async list(): Promise<readonly RegisteredInstance[]> {
    await this.#readChanges();
    const now = this.#now();
    for (const { instanceId, heartbeatAt, ttlSecs } of this.#known.values()) {
      if (now >= heartbeatAt + ttlSecs * 1_000) {
        this.#known.delete(instanceId);
      }
    }
    return [...this.#known.values()].filter(({ isElsewhere }) => isElsewhere !== true);
  }

  /** Reads all anew the next time: Redis was away, and may have lost what it had. */
  forget(): void {
    this.#known.clear();
    this.#change = 0;
  }

  async #readChanges(): Promise<void> {
    for (;;) {
      const args = [this.#toShared(this.#now()), String(this.#change), String(PAGE)];
      const [last, ...changes] = toList(await this.#link.run(READ_CHANGES, [this.prefix], args));
      if (Number(last) < this.#change) {
        this.forget();
        continue;
      }
      changes.forEach((change) => this.#take(change));
      if (changes.length < PAGE) {
        return;
      }
    }
  }

  #take(reply: unknown): void {
    const [id, change, row] = toList(reply);
    this.#change = Math.max(this.#change, Number(change));
    const instance = this.#toInstance(row);
    if (instance === undefined) {
      this.#known.delete(String(id));
    } else {
      this.#known.set(instance.instanceId, instance);
    }
  }

  /** To the second: what is measured again is a little different, and would make news of every instance. */
  #skew(): number {
    return Math.round(this.#skewMillis() / 1_000) * 1_000;
  }

  #toShared(time: number): string {
    return String(time + this.#skew());
  }

  /** With the times as the clock of this machine has them. */
  #toInstance(row: unknown): RegisteredInstance | undefined {
    const instance = toInstance(row, this.#machine);
    const skew = this.#skew();
    return (
      instance && {
        ...instance,
        registeredAt: instance.registeredAt - skew,
        heartbeatAt: instance.heartbeatAt - skew,
      }
    );
  }
}

function toLeft(leave: Leave | undefined): readonly [leave: string, millis: string] {
  return [leave === undefined ? '' : JSON.stringify(leave), String(LEAVE_MILLIS)];
}

type Said = Omit<RegisteredInstance, 'owner' | 'scene' | 'capabilitiesFingerprint' | 'registeredAt' | 'heartbeatAt'> & {
  /** Where its address means it; absent where it means it anywhere. */
  readonly machine?: string;
};

/** @returns `undefined` where the row is no instance. */
function toInstance(row: unknown, here: string): RegisteredInstance | undefined {
  const [text, owner, registeredAt, heartbeatAt, scene, fingerprint] = toList(row);
  const said = parseOwn<Said>(text);
  if (said === undefined) {
    return undefined;
  }
  const { machine = here, ...rest } = said;
  return {
    ...rest,
    ...(machine === here ? {} : { isElsewhere: true }),
    owner: fromPresent(owner),
    scene: fromPresent(scene),
    capabilitiesFingerprint: fromPresent(fingerprint),
    registeredAt: Number(registeredAt),
    heartbeatAt: Number(heartbeatAt),
  };
}
