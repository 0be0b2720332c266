import {
  type InstanceNews,
  MAX_REGISTERED,
  type RegisteredInstance,
  type RegisteredInstances,
  type RegisterOutcome,
  type Registration,
} from '../../../registry/http/registered-instances.ts';
import { parseOwn, toArguments, toList } from '../joined/replies.ts';
import { type RedisLink, slotTag } from '../link/redis-link.ts';
import { HEARTBEAT_INSTANCE, READ_INSTANCES, REGISTER_INSTANCE, REMOVE_INSTANCE } from './instance-scripts.ts';

/** What {@link RedisRegisteredInstances} are made of. */
export interface RedisInstancesOptions {
  readonly link: RedisLink;
  /** Epoch milliseconds; the clocks of the gateways agree to the second. */
  readonly now: () => number;
}

/** The part of the keys that puts all instances into one slot. */
export const INSTANCES = 'instances';

/** Registered instances in Redis, and nowhere else. @throws {RedisUnavailable} From each method. */
export class RedisRegisteredInstances implements RegisteredInstances {
  readonly #link: RedisLink;
  readonly #now: () => number;
  readonly #prefix: string;

  constructor({ link, now }: RedisInstancesOptions) {
    this.#link = link;
    this.#now = now;
    this.#prefix = `${link.key(slotTag(INSTANCES))}:`;
  }

  register(registration: Registration): Promise<RegisterOutcome> {
    const now = this.#now();
    return this.put({ ...registration, registeredAt: now, heartbeatAt: now });
  }

  /** Registers an instance that was heard of at a time of its own. */
  async put(instance: RegisteredInstance): Promise<RegisterOutcome> {
    const { owner, scene, capabilitiesFingerprint, registeredAt, heartbeatAt, ...said } = instance;
    const { instanceId, ttlSecs, mcpUrl } = said;
    const times = [registeredAt, heartbeatAt, ttlSecs * 1_000].map(String);
    const told = [mcpUrl, toPresent(owner), JSON.stringify(said), toPresent(scene), toPresent(capabilitiesFingerprint)];
    const args = [String(this.#now()), instanceId, String(MAX_REGISTERED), ...times, ...told];
    const [word, row] = toList(await this.#link.run(REGISTER_INSTANCE, [this.#prefix], args));
    const known = toInstance(row);
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
    const args = [String(this.#now()), instanceId, ...told];
    return toInstance(await this.#link.run(HEARTBEAT_INSTANCE, [this.#prefix], args));
  }

  async get(instanceId: string): Promise<RegisteredInstance | undefined> {
    return (await this.#read([instanceId]))[0];
  }

  /** @param heardBefore One that was heard of later stays; epoch milliseconds. */
  async remove(instanceId: string, heardBefore: number = Number.MAX_SAFE_INTEGER): Promise<boolean> {
    const args = [String(this.#now()), instanceId, String(heardBefore)];
    return (await this.#link.run(REMOVE_INSTANCE, [this.#prefix], args)) === 1;
  }

  list(): Promise<readonly RegisteredInstance[]> {
    return this.#read([]);
  }

  async #read(ids: readonly string[]): Promise<readonly RegisteredInstance[]> {
    const args = [String(this.#now()), String(MAX_REGISTERED), ...ids];
    return toList(await this.#link.run(READ_INSTANCES, [this.#prefix], args)).flatMap((row) => toInstance(row) ?? []);
  }
}

/** One that is there and empty is not one that is absent. */
function toPresent(text: string | undefined): string {
  return text === undefined ? '' : `=${text}`;
}

function fromPresent(text: unknown): string | undefined {
  return typeof text === 'string' && text !== '' ? text.slice(1) : undefined;
}

type Said = Omit<RegisteredInstance, 'owner' | 'scene' | 'capabilitiesFingerprint' | 'registeredAt' | 'heartbeatAt'>;

/** @returns `undefined` where the row is no instance. */
function toInstance(row: unknown): RegisteredInstance | undefined {
  const [text, owner, registeredAt, heartbeatAt, scene, fingerprint] = toList(row);
  const said = parseOwn<Said>(text);
  if (said === undefined) {
    return undefined;
  }
  return {
    ...said,
    owner: fromPresent(owner),
    scene: fromPresent(scene),
    capabilitiesFingerprint: fromPresent(fingerprint),
    registeredAt: Number(registeredAt),
    heartbeatAt: Number(heartbeatAt),
  };
}
