import type { Connection } from '../connection/connection.ts';
import type { HopFailure, UpstreamLoad, UpstreamReadiness } from '../upstream.ts';

const PROBE_TIMEOUT_MILLIS = 5_000;

export interface ReadinessProbeOptions {
  readonly intervalMillis: number;
  readonly connection: () => Connection | undefined;
  readonly load: () => UpstreamLoad;
  readonly readiness: () => UpstreamReadiness;
  readonly onOutcome: (outcome: 'ready' | 'booting' | 'unreachable', failure?: HopFailure) => void;
}

/** Asks an upstream now and then whether it is usable. */
export class ReadinessProbe {
  readonly #options: ReadinessProbeOptions;
  readonly #timer: NodeJS.Timeout;
  #isRunning = false;

  constructor(options: ReadinessProbeOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#probe(), options.intervalMillis).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #probe(): Promise<void> {
    const { connection, load, readiness, onOutcome } = this.#options;
    const current = connection();
    if (current === undefined) {
      onOutcome(readiness() === 'booting' ? 'booting' : 'unreachable');
      return;
    }
    if (this.#isRunning) {
      return;
    }
    this.#isRunning = true;
    const outcome = await current.probe(PROBE_TIMEOUT_MILLIS);
    this.#isRunning = false;
    if (current !== connection()) {
      return; // the connection was lost meanwhile, which the supervisor has reported
    }
    if (typeof outcome === 'string') {
      onOutcome(outcome);
    } else if (outcome.kind === 'timeout' && load().running > 0) {
      onOutcome('ready'); // the host works on its main thread and can't answer before it has finished
    } else {
      onOutcome('unreachable', outcome);
    }
  }
}
