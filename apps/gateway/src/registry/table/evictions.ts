import { BoundedMap } from '@dcc-mcp/bounds';
import type { Upstream } from '../../upstream/upstream.ts';
import type { RegistryUpstreamEvents } from '../events/upstream-events.ts';
import type { InstanceOffer, InstanceSourceName } from './instance-offer.ts';
import { type Leave, LEAVES } from './leave.ts';
import type { SkippedInstance } from './skipped-instances.ts';

/** Probes in a row that fail before a registered instance is evicted. */
const MAX_FAILED_PROBES = 3;
const MAX_REMEMBERED = 1_000;

interface Evicted {
  readonly at: number;
  readonly reason: string;
  /** The row of a source that goes on having it. */
  held?: SkippedInstance;
}

/**
 * Which registered instances are ended because they are dead: after three probes that failed, or at once when they died
 * while a call was on its way. Those of the configuration stay, whatever they do.
 */
export class Evictions {
  readonly #evict: (upstream: Upstream, leave: Leave) => void;
  /** Probes in a row that failed, by instance. */
  readonly #failed = new Map<string, number>();
  readonly #evicted = new BoundedMap<string, Evicted>({ maxEntries: MAX_REMEMBERED });

  constructor(now: () => number, evict: (upstream: Upstream, leave: Leave) => void) {
    this.#evict = (upstream, leave) => {
      this.#evicted.set(upstream.settings.instanceId, { at: now(), reason: leave.reason });
      evict(upstream, leave);
    };
  }

  /** The same events, in which the death of a registered instance ends it. */
  watching(events: RegistryUpstreamEvents): RegistryUpstreamEvents {
    return {
      ...events,
      onDied: (upstream, reason) => {
        if (isRegistered(upstream)) {
          this.#evict(upstream, LEAVES.hostDied(reason));
        } else {
          events.onDied?.(upstream, reason);
        }
      },
      onProbe: (upstream, outcome) => {
        events.onProbe?.(upstream, outcome);
        if (isRegistered(upstream)) {
          this.#count(upstream, outcome === 'unreachable');
        }
      },
    };
  }

  #count(upstream: Upstream, hasFailed: boolean): void {
    const { instanceId } = upstream.settings;
    const failed = hasFailed ? (this.#failed.get(instanceId) ?? 0) + 1 : 0;
    this.#failed.set(instanceId, failed);
    if (failed >= MAX_FAILED_PROBES) {
      this.#evict(upstream, LEAVES.probesFailed(failed, upstream.status.lastError));
    }
  }

  /** A row that was there when its instance was evicted brings it back with a later heartbeat only. */
  holdsOut({ settings, facts }: InstanceOffer): boolean {
    const { instanceId, source, dccType } = settings;
    const evicted = this.#evicted.get(instanceId);
    if (evicted === undefined || source === 'config') {
      return false;
    }
    if ((facts?.heartbeatAt ?? 0) >= evicted.at) {
      this.#evicted.delete(instanceId);
      return false;
    }
    const reason = `evicted (${evicted.reason}); its next heartbeat brings it back`;
    evicted.held = { source, dccType, instanceId, reason };
    return true;
  }

  heldOut(): readonly SkippedInstance[] {
    return [...this.#evicted.values()].flatMap(({ held }) => held ?? []);
  }

  /** The source does not have its row any more. */
  forget(source: InstanceSourceName, instanceId: string): void {
    if (this.#evicted.get(instanceId)?.held?.source === source) {
      this.#evicted.delete(instanceId);
    }
  }

  /** Its upstream is there no longer. */
  ended(instanceId: string): void {
    this.#failed.delete(instanceId);
  }
}

/** What another gateway has is ended when that says so, or is gone. */
function isRegistered({ settings }: Upstream): boolean {
  return settings.source !== 'config' && settings.source !== 'gateway';
}
