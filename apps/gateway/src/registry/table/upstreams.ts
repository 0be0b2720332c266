// registry/: which upstreams there are, and what happens at them.
import type { Upstream } from '../../upstream/upstream.ts';
import { staleAfter } from './staleness.ts';

/**
 * How an instance is: as its upstream is; `stale`, because it has not been heard of for too long; or `quarantined`: it is
 * ready, and each of its tools is held.
 */
export const INSTANCE_STATES = ['ready', 'booting', 'unreachable', 'disabled', 'idle', 'stale', 'quarantined'] as const;

/** One of {@link INSTANCE_STATES}. */
export type InstanceState = (typeof INSTANCE_STATES)[number];

/** The upstreams the gateway knows, by instance id and by key. */
export class Upstreams {
  /** Age of a heartbeat that makes a registered instance stale. */
  staleAfterMillis = 30_000;
  readonly #byInstance = new Map<string, Upstream>();
  readonly #now: () => number;
  readonly #isHeld: (instanceId: string) => boolean;
  #generation = 0;

  /**
   * @param now Epoch milliseconds.
   * @param isHeld Whether each tool of an instance is held; default none is.
   */
  constructor(now: () => number, isHeld: (instanceId: string) => boolean = () => false) {
    this.#now = now;
    this.#isHeld = isHeld;
  }

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

  /** By full instance id, or by its first eight hex digits, which mean nobody where two share them. */
  get(instance: string): Upstream | undefined {
    const whole = this.#byInstance.get(instance);
    if (whole !== undefined) {
      return whole;
    }
    const [first, ...others] = this.all().filter(({ settings }) => settings.instanceShort === instance);
    return others.length === 0 ? first : undefined;
  }

  byKey(key: string): Upstream | undefined {
    return this.all().find(({ settings }) => settings.key === key);
  }

  /** True once every configured upstream that is neither lazy nor disabled has been tried once. */
  haveAllBeenTried(): boolean {
    return this.untried().length === 0;
  }

  /** Those of the configuration whose first try has not ended: readiness waits for them. */
  untried(): readonly Upstream[] {
    return this.firstTries().filter(({ settings }) => settings.source === 'config');
  }

  /** Those of any source whose first try has not ended: whoever asks for tools waits for them for a moment. */
  firstTries(): readonly Upstream[] {
    return this.all().filter(isUntried);
  }

  /** Those whose tools are not known yet because they still start, however long that takes. */
  unknownYet(): readonly Upstream[] {
    return this.all().filter(
      (upstream) => isUntried(upstream) || (boots(upstream) && !isLost(upstream) && upstream.status.toolCount === 0),
    );
  }

  /** Those that can't be reached, also at the moments in which they are tried again. */
  lost(): readonly Upstream[] {
    return this.all().filter(isLost);
  }

  /** Those that the gateway does without and goes on: they are lost, or boot for longer than readiness waits. */
  missing(): readonly Upstream[] {
    return this.all().filter((upstream) => isLost(upstream) || (boots(upstream) && upstream.status.hasBeenTried));
  }

  stateOf(upstream: Upstream): InstanceState {
    const { status, settings } = upstream;
    if ((this.millisToStale(upstream) ?? 0) < 0) {
      return 'stale';
    }
    return status.readiness === 'ready' && this.#isHeld(settings.instanceId) ? 'quarantined' : status.readiness;
  }

  /** How long it will not be stale yet; negative where it is, `undefined` where it never will be. */
  millisToStale({ facts }: Upstream): number | undefined {
    const at = facts && staleAfter(facts, this.staleAfterMillis);
    return at === undefined ? undefined : at - this.#now();
  }

  countByState(): ReadonlyMap<InstanceState, number> {
    const counts = new Map<InstanceState, number>();
    for (const upstream of this.all()) {
      const state = this.stateOf(upstream);
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    return counts;
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map((upstream) => upstream.close()));
  }
}

function isUntried({ settings, status }: Upstream): boolean {
  return !settings.isLazy && !settings.isDisabled && !status.hasBeenTried;
}

/** A child that ends at once is started again and again, and boots for a moment each time. */
function isLost({ status: { readiness, consecutiveFailures } }: Upstream): boolean {
  return readiness === 'unreachable' || (readiness === 'booting' && consecutiveFailures > 0);
}

/** A lazy one boots because somebody wants it: nobody else waits for it. */
function boots({ settings, status }: Upstream): boolean {
  return status.readiness === 'booting' && !settings.isLazy;
}
