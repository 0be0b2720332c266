import type { Finished } from './finished.ts';

/** Takes what is finished: into spans, metrics, memory or anything else. */
export interface Sink {
  /** It is told of what did not end ok, and does nothing with the rest. */
  readonly ofFailuresOnly?: true;
  /** It keeps rows: it reads the trail of each operation. */
  readonly keepsRows?: true;
  record(finished: Finished): void;
}

/** The only way into recording: hands what is finished to every sink, in the order they are listed. */
export class Recorder implements Sink {
  readonly #sinks: readonly Sink[];
  readonly #onError: (error: unknown) => void;
  readonly #failed = new Set<Sink>();

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
    for (const sink of this.#sinks) {
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
