import { BoundedMap, RingBuffer } from '@dcc-mcp/bounds';
import type { Upstream, UpstreamReadiness } from '../../upstream/upstream.ts';

const CELL_MILLIS = 15 * 60_000;
const CELLS = 96;
const MAX_INSTANCES = 1_000;
const MAX_DEPARTED = 100;

/** A quarter of an hour. */
export interface StripCell {
  /** Its begin, in epoch milliseconds. */
  readonly at: number;
  /** The worst state of that time; absent where the instance was not known yet. */
  readonly state?: UpstreamReadiness;
}

/** An instance that is no longer there. */
export interface DepartedInstance {
  readonly instanceId: string;
  readonly dccType: string;
  /** Epoch milliseconds. */
  readonly leftAt: number;
  readonly reason: string;
  readonly lastStatus: UpstreamReadiness;
}

/** The worst first. */
const WORST: readonly UpstreamReadiness[] = ['unreachable', 'booting', 'ready', 'idle', 'disabled'];

/** What is known of one instance: its state of now, and the worst of each quarter of an hour in which it changed. */
interface Known {
  readonly state: UpstreamReadiness;
  readonly wasReady: boolean;
  /** By the number of the quarter, counted from 1970; those without a change are as the state before them. */
  readonly worst: Map<number, { readonly worst: UpstreamReadiness; readonly last: UpstreamReadiness }>;
}

/** How instances were in the last 24 hours, and which have left. */
export class InstanceHistory {
  readonly #now: () => number;
  readonly #known = new BoundedMap<string, Known>({ maxEntries: MAX_INSTANCES });
  readonly #departed = new RingBuffer<DepartedInstance>(MAX_DEPARTED);

  /** @param now Epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  onStatus({ settings: { instanceId }, status: { readiness } }: Upstream): void {
    const known = this.#known.get(instanceId);
    if (known?.state === readiness) {
      return;
    }
    const cell = cellOf(this.#now());
    const worst = known?.worst ?? new Map<number, { worst: UpstreamReadiness; last: UpstreamReadiness }>();
    const before = known && (worst.get(cell)?.worst ?? known.state);
    const isReady = readiness === 'ready';
    // That it booted at its first start is nothing that went wrong.
    const counts = before !== undefined && !(isReady && known?.wasReady === false && before === 'booting');
    worst.set(cell, { worst: counts ? worstOf([before, readiness]) : readiness, last: readiness });
    this.#known.set(instanceId, { state: readiness, wasReady: isReady || known?.wasReady === true, worst });
    forgetBefore(worst, cell - CELLS);
  }

  onGone({ settings: { instanceId, dccType }, status }: Upstream, reason: string): void {
    this.#known.delete(instanceId);
    this.#departed.push({ instanceId, dccType, leftAt: this.#now(), reason, lastStatus: status.readiness });
  }

  /** The last 24 hours in 96 cells, the newest last. */
  strip(instanceId: string): readonly StripCell[] {
    const last = cellOf(this.#now());
    const first = last - CELLS + 1;
    const worst = this.#known.get(instanceId)?.worst ?? new Map();
    let state = [...worst].findLast(([cell]) => cell < first)?.[1].last;
    return Array.from({ length: CELLS }, (_, index) => {
      const change = worst.get(first + index);
      const shown = change?.worst ?? state;
      state = change?.last ?? state;
      return { at: (first + index) * CELL_MILLIS, ...(shown === undefined ? {} : { state: shown }) };
    });
  }

  /** Those that left, the last first. */
  departed(): readonly DepartedInstance[] {
    return this.#departed.toArray().toReversed();
  }
}

function cellOf(millis: number): number {
  return Math.floor(millis / CELL_MILLIS);
}

function worstOf(states: readonly UpstreamReadiness[]): UpstreamReadiness {
  return WORST.find((state) => states.includes(state)) ?? 'idle';
}

/** The last change before the strip stays: it says how the strip begins. */
function forgetBefore(worst: Known['worst'], cell: number): void {
  const old = [...worst.keys()].filter((each) => each <= cell);
  for (const each of old.slice(0, -1)) {
    worst.delete(each);
  }
}
