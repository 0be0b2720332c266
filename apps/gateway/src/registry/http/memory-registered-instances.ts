import { BoundedMap } from '@dcc-mcp/bounds';
import type { Leave } from '../table/leave.ts';
import {
  type InstanceNews,
  LEAVE_MILLIS,
  MAX_REGISTERED,
  type RegisteredInstance,
  type RegisteredInstances,
  type RegisterOutcome,
  type Registration,
} from './registered-instances.ts';

/** Registered instances in the memory of this process. */
export class MemoryRegisteredInstances implements RegisteredInstances {
  readonly #now: () => number;
  readonly #instances = new Map<string, RegisteredInstance>();
  readonly #left = new BoundedMap<string, { readonly leave: Leave; readonly at: number }>({
    maxEntries: MAX_REGISTERED,
  });

  /** @param now Epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  async register(registration: Registration): Promise<RegisterOutcome> {
    const { instanceId, mcpUrl, owner } = registration;
    const known = this.#live(instanceId);
    if (known !== undefined && known.mcpUrl !== mcpUrl && (owner === undefined || owner !== known.owner)) {
      return { kind: 'conflict', instance: known };
    }
    if (known === undefined && this.#liveOnes().length >= MAX_REGISTERED) {
      return { kind: 'full' };
    }
    const now = this.#now();
    const instance = {
      ...registration,
      owner: known === undefined ? owner : known.owner,
      registeredAt: known?.registeredAt ?? now,
      heartbeatAt: now,
    };
    this.#instances.set(instanceId, instance);
    this.#left.delete(instanceId);
    return { kind: known === undefined ? 'added' : 'updated', instance };
  }

  async heartbeat(instanceId: string, news: InstanceNews = {}): Promise<RegisteredInstance | undefined> {
    const known = this.#live(instanceId);
    if (known === undefined) {
      return undefined;
    }
    const instance = { ...known, ...news, heartbeatAt: this.#now() };
    this.#instances.set(instanceId, instance);
    return instance;
  }

  async get(instanceId: string): Promise<RegisteredInstance | undefined> {
    return this.#live(instanceId);
  }

  async remove(instanceId: string, leave?: Leave): Promise<boolean> {
    const wasThere = this.#live(instanceId) !== undefined;
    this.#instances.delete(instanceId);
    if (wasThere && leave !== undefined) {
      this.#left.set(instanceId, { leave, at: this.#now() });
    }
    return wasThere;
  }

  async leaveOf(instanceId: string): Promise<Leave | undefined> {
    const left = this.#left.get(instanceId);
    return left === undefined || this.#now() >= left.at + LEAVE_MILLIS ? undefined : left.leave;
  }

  async list(): Promise<readonly RegisteredInstance[]> {
    return this.#liveOnes();
  }

  #liveOnes(): readonly RegisteredInstance[] {
    return [...this.#instances.keys()].flatMap((instanceId) => this.#live(instanceId) ?? []);
  }

  #live(instanceId: string): RegisteredInstance | undefined {
    const known = this.#instances.get(instanceId);
    if (known === undefined || this.#now() < known.heartbeatAt + known.ttlSecs * 1000) {
      return known;
    }
    this.#instances.delete(instanceId);
    return undefined;
  }
}
