import { RedisUnavailable } from './redis-link.ts';

interface Pending {
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Commands that were sent and not answered, each with a deadline. */
export class PendingCommands {
  readonly #pending = new Set<Pending>();
  readonly #onSlow: (millis: number) => void;

  /** @param onSlow Called when one was not answered in time. */
  constructor(onSlow: (millis: number) => void) {
    this.#onSlow = onSlow;
  }

  /** Gives the answer, where it comes in time. @throws {RedisUnavailable} Otherwise. */
  watch<T>(answer: Promise<T>, deadlineMillis: number): Promise<T> {
    return new Promise((resolve, reject) => {
      // A process that was busy looks at the clock before it looks at what has arrived: that comes first.
      const late = (): unknown => setImmediate(() => this.#isLate(pending, deadlineMillis));
      const pending: Pending = { reject, timer: setTimeout(late, deadlineMillis) };
      this.#pending.add(pending);
      void answer.then(resolve, (error: unknown) => reject(toUnavailable(error))).finally(() => this.#drop(pending));
    });
  }

  /** Rejects them all; what comes of them is not looked at any more. */
  rejectAll(error: RedisUnavailable): void {
    for (const pending of this.#pending) {
      this.#drop(pending);
      pending.reject(error);
    }
  }

  #isLate(pending: Pending, millis: number): void {
    if (this.#pending.has(pending)) {
      this.#drop(pending);
      pending.reject(new RedisUnavailable(`no answer within ${millis} ms`));
      this.#onSlow(millis);
    }
  }

  #drop(pending: Pending): void {
    clearTimeout(pending.timer);
    this.#pending.delete(pending);
  }
}

function toUnavailable(error: unknown): RedisUnavailable {
  return new RedisUnavailable(error instanceof Error ? error.message : String(error), { cause: error });
}
