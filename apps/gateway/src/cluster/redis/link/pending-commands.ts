import { PendingMap } from '@dcc-mcp/bounds';
import { RedisUnavailable } from './redis-link.ts';

interface Pending {
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Commands that were sent and not answered, each with a deadline. */
export class PendingCommands {
  readonly #pending = new PendingMap<number, Pending>();
  #sent = 0;
  readonly #onSlow: (millis: number) => void;

  /** @param onSlow Called when one was not answered in time. */
  constructor(onSlow: (millis: number) => void) {
    this.#onSlow = onSlow;
  }

  /** Gives the answer, where it comes in time. @throws {RedisUnavailable} Otherwise. */
  watch<T>(answer: Promise<T>, deadlineMillis: number): Promise<T> {
    this.#sent += 1;
    const number = this.#sent;
    return new Promise((resolve, reject) => {
      // A process that was busy looks at the clock before it looks at what has arrived: that comes first.
      const late = (): unknown => setImmediate(() => this.#isLate(number, deadlineMillis));
      this.#pending.set(number, { reject, timer: setTimeout(late, deadlineMillis) });
      void answer.then(resolve, (error: unknown) => reject(toUnavailable(error))).finally(() => this.#drop(number));
    });
  }

  /** Rejects them all; what comes of them is not looked at any more. */
  rejectAll(error: RedisUnavailable): void {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#pending.clear();
  }

  #isLate(number: number, millis: number): void {
    const pending = this.#pending.get(number);
    if (pending !== undefined) {
      this.#drop(number);
      pending.reject(new RedisUnavailable(`no answer within ${millis} ms`));
      this.#onSlow(millis);
    }
  }

  #drop(number: number): void {
    clearTimeout(this.#pending.get(number)?.timer);
    this.#pending.delete(number);
  }
}

function toUnavailable(error: unknown): RedisUnavailable {
  return new RedisUnavailable(error instanceof Error ? error.message : String(error), { cause: error });
}
