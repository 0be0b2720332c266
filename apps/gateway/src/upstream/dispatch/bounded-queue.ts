import { PendingMap } from '@dcc-mcp/bounds';

/** Bounds of {@link BoundedQueue}. */
export interface BoundedQueueOptions {
  /** How many may run at once. */
  readonly concurrency: number;
  /** How many may wait; one more is refused. */
  readonly maxQueued: number;
}

/** How waiting for a slot ended. */
export type QueueVerdict = 'admitted' | 'full' | 'cancelled' | 'timeout';

/** Who waits. */
export interface Waiting {
  /** Ends the wait. */
  readonly signal: AbortSignal | undefined;
  /** Told of a place in the line. */
  readonly onPlaced?: () => void;
}

interface Waiter {
  admit(): void;
}

/**
 * Slots of one upstream and the line in front of them, first come first served.
 *
 * Our own instead of cockatiel's bulkhead: that one keeps a cancelled waiter in its place until its turn comes, knows no
 * time limit for waiting, and does not tell when the wait is over; a hop needs all three.
 */
export class BoundedQueue {
  readonly #options: BoundedQueueOptions;
  /** By the order of their arrival. */
  readonly #waiting = new PendingMap<number, Waiter>();
  #arrived = 0;
  #running = 0;

  constructor(options: BoundedQueueOptions) {
    this.#options = options;
  }

  get queued(): number {
    return this.#waiting.size;
  }

  get running(): number {
    return this.#running;
  }

  /** Takes a slot if one is free and nobody waits. */
  tryEnter(): boolean {
    if (this.#running >= this.#options.concurrency || this.#waiting.size > 0) {
      return false;
    }
    this.#running += 1;
    return true;
  }

  /** Waits for a slot at most `timeoutMillis`; only `admitted` holds one, to be given back with {@link leave}. */
  enter(timeoutMillis: number, { signal, onPlaced }: Waiting): Promise<QueueVerdict> {
    if (this.tryEnter()) {
      return Promise.resolve('admitted');
    }
    if (this.#waiting.size >= this.#options.maxQueued) {
      return Promise.resolve('full');
    }
    this.#arrived += 1;
    const place = this.#arrived;
    return new Promise((resolve) => {
      const finish = (verdict: QueueVerdict): void => {
        this.#waiting.delete(place);
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        resolve(verdict);
      };
      const onAbort = (): void => finish('cancelled');
      const timer = setTimeout(() => finish('timeout'), timeoutMillis);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(place, { admit: () => finish('admitted') });
      onPlaced?.();
    });
  }

  /** Gives a slot back; the next in line gets it. */
  leave(): void {
    const [next] = this.#waiting.values();
    if (next === undefined) {
      this.#running -= 1;
    } else {
      next.admit(); // the slot changes hands, the count stays
    }
  }
}
