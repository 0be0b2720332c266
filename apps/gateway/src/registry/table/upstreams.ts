// registry/: which upstreams there are, and what happens at them.
import type { Upstream, UpstreamReadiness } from '../../upstream/upstream.ts';

/** The upstreams the gateway knows, by instance id and by key. */
export class Upstreams {
  readonly #byInstance = new Map<string, Upstream>();
  #generation = 0;

  /** Moves when an upstream comes or goes. */
  get generation(): number {
    return this.#generation;
  }

  add(upstream: Upstream): void {
    this.#generation += 1;
    this.#byInstance.set(upstream.settings.instanceId, upstream);
  }

  remove(instanceId: string): Upstream | undefined {
    const upstream = this.#byInstance.get(instanceId);
    this.#generation += 1;
    this.#byInstance.delete(instanceId);
    return upstream;
  }

  all(): readonly Upstream[] {
    return [...this.#byInstance.values()];
  }

  /** By full instance id, or by its first eight hex digits. */
  get(instance: string): Upstream | undefined {
    return this.#byInstance.get(instance) ?? this.all().find(({ settings }) => settings.instanceShort === instance);
  }

  byKey(key: string): Upstream | undefined {
    return this.all().find(({ settings }) => settings.key === key);
  }

  /** True once every configured upstream that is neither lazy nor disabled has been tried once. */
  haveAllBeenTried(): boolean {
    return this.untried().length === 0;
  }

  untried(): readonly Upstream[] {
    return this.all().filter(
      ({ settings, status }) =>
        settings.source === 'config' && !settings.isLazy && !settings.isDisabled && !status.hasBeenTried,
    );
  }

  countByReadiness(): ReadonlyMap<UpstreamReadiness, number> {
    const counts = new Map<UpstreamReadiness, number>();
    for (const { status } of this.all()) {
      counts.set(status.readiness, (counts.get(status.readiness) ?? 0) + 1);
    }
    return counts;
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map((upstream) => upstream.close()));
  }
}
