import type { Finished } from './finished.ts';

/** Takes what is finished: into spans, metrics, memory or anything else. */
export interface Sink {
  /** It is told of what did not end ok, and does nothing with the rest. */
  readonly ofFailuresOnly?: true;
  /** It keeps rows: it reads the trail of each operation. */
  readonly keepsRows?: true;
  record(finished: Finished): void;
}

/**
 * The only way into recording: hands what is finished to every sink, in the order they are listed. It does so at the end of
 * the turn of the event loop, when the answers are written: nobody waits for it, and what is recorded together runs in code
 * that the processor has at hand. Who was answered can't ask for it before: what is asked comes in a later turn.
 */
export class Recorder {
  readonly #sinks: readonly Sink[];
  readonly #onError: (error: unknown) => void;
  readonly #failed = new Set<Sink>();
  #waiting: Finished[] = [];

  /** @param onError Told of the first error of each sink; the others go on, and so does the work that is recorded. */
  constructor(sinks: readonly Sink[], onError: (error: unknown) => void) {
    this.#sinks = sinks;
    this.#onError = onError;
    this.wantsTrails = sinks.some(({ keepsRows }) => keepsRows === true);
    this.isRecording = sinks.some(({ ofFailuresOnly }) => ofFailuresOnly !== true);
  }

  /** False when nobody listens: then what would be recorded of what ended ok need not be computed. */
  readonly isRecording: boolean;

  /** Whether what is learned of an operation on its way is read by anybody. */
  readonly wantsTrails: boolean;

  record(finished: Finished): void {
    if (this.#waiting.push(finished) === 1) {
      // Answers that are written at the end of this turn are asked for before the next tick.
      process.nextTick(() => setImmediate(() => this.flush()));
    }
  }

  /** Hands over at once what waits, for one who closes what the sinks write to. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const sink of this.#sinks) {
      this.#handTo(sink, waiting);
    }
  }

  #handTo(sink: Sink, waiting: readonly Finished[]): void {
    for (const finished of waiting) {
      try {
        sink.record(finished);
      } catch (error) {
        this.#tellOnce(sink, error);
      }
    }
  }

  #tellOnce(sink: Sink, error: unknown): void {
    if (!this.#failed.has(sink)) {
      this.#failed.add(sink);
      this.#onError(error);
    }
  }
}

/**
 * Resolves when all is handed over that ended before: who was answered here may ask for it at another process, and that one
 * asks here before the turn has ended.
 */
export function untilRecorded(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
