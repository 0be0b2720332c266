import type { Connection } from '../connection/connection.ts';
import type { HopFailure, UpstreamLoad, UpstreamStatus } from '../upstream.ts';

const PROBE_TIMEOUT_MILLIS = 5_000;

export interface ReadinessProbeOptions {
  readonly intervalMillis: number;
  /** After what has worked did not answer. */
  readonly retryMillis: number;
  readonly connection: () => Connection | undefined;
  readonly load: () => UpstreamLoad;
  readonly status: () => UpstreamStatus;
  readonly onOutcome: (outcome: 'ready' | 'booting' | 'unreachable', failure?: HopFailure) => void;
}

/** Asks an upstream now and then whether it is usable. */
export class ReadinessProbe {
  readonly #options: ReadinessProbeOptions;
  #timer: NodeJS.Timeout;
  #isClosed = false;

  constructor(options: ReadinessProbeOptions) {
    this.#options = options;
    this.#timer = this.#later();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #later(): NodeJS.Timeout {
    const { intervalMillis, retryMillis, status } = this.#options;
    const { readiness, lastOk } = status();
    const isNewlyDead = readiness === 'unreachable' && lastOk !== undefined;
    return setTimeout(() => void this.#run(), isNewlyDead ? retryMillis : intervalMillis).unref();
  }

  async #run(): Promise<void> {
    await this.#probe();
    if (!this.#isClosed) {
      this.#timer = this.#later();
    }
  }

  async #probe(): Promise<void> {
    const { connection, load, status, onOutcome } = this.#options;
    const current = connection();
    if (current === undefined) {
      onOutcome(status().readiness === 'booting' ? 'booting' : 'unreachable');
      return;
    }
    const outcome = await current.probe(PROBE_TIMEOUT_MILLIS);
    if (current !== connection()) {
      // Why it was lost meanwhile the supervisor has reported; that the probe failed counts.
      if (connection() === undefined && typeof outcome !== 'string') {
        onOutcome('unreachable');
      }
      return;
    }
    if (typeof outcome === 'string') {
      onOutcome(outcome);
    } else if (outcome.kind === 'timeout' && load().running > 0 && status().readiness !== 'unreachable') {
      onOutcome('ready'); // the host works on its main thread and can't answer before it has finished
    } else {
      onOutcome('unreachable', outcome);
    }
  }
}
