import type { Finished } from './finished.ts';

/** Takes what is finished: into spans, metrics, memory or anything else. */
export interface Sink {
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
  }

  /** False when nobody listens: then what would be recorded need not be computed. */
  get isRecording(): boolean {
    return this.#sinks.length > 0;
  }

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
