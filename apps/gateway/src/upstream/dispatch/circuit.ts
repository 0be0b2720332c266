import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { failed } from '../hop/failures.ts';
import type { CircuitView, HopFailure, HopResult } from '../upstream.ts';

/** When {@link Circuit} opens, and who is told. */
export interface CircuitOptions {
  /** Failures in a row that open it. */
  readonly failureThreshold: number;
  /** How long calls are refused before one is let through as a trial. */
  readonly openMillis: number;
  onChange(isOpen: boolean): void;
}

/** Failures that say something about the upstream's health; its own refusals and the caller's affairs do not. */
function isSymptom({ kind, backendErrorKind }: HopFailure): boolean {
  return kind === 'backend-error'
    ? backendErrorKind === 'transport' || backendErrorKind === 'http_5xx' || backendErrorKind === 'invalid_json'
    : kind === 'timeout' || kind === 'host-died' || kind === 'backend-unreachable';
}

/** The upstream has not heard of the call to its end: nothing is known of its health. */
function showsNothing({ kind, queueWaitMillis }: HopFailure): boolean {
  return kind === 'cancelled' || kind === 'queue-full' || queueWaitMillis !== undefined;
}

/** Refuses calls to an upstream that fails again and again, and tries it out with a single call later. */
export class Circuit {
  readonly #options: CircuitOptions;
  #policy: CircuitBreakerPolicy;
  #isTrying = false;
  #openedAt = 0;
  #failures = 0;

  constructor(options: CircuitOptions) {
    this.#options = options;
    this.#policy = this.#createPolicy();
  }

  get isOpen(): boolean {
    return this.#policy.state === CircuitState.Open || this.#policy.state === CircuitState.HalfOpen;
  }

  get view(): CircuitView {
    const failures = this.#failures;
    if (!this.isOpen) {
      return { state: 'closed', failures };
    }
    const times = { openedAt: this.#openedAt, trialAt: this.#openedAt + this.#options.openMillis };
    const isTrial = this.#policy.state === CircuitState.HalfOpen || Date.now() >= times.trialAt;
    return { state: isTrial ? 'half-open' : 'open', failures, times };
  }

  /** Forgets what happened: the upstream is a new one. */
  reset(): void {
    if (this.isOpen) {
      this.#options.onChange(false);
    }
    this.#policy = this.#createPolicy();
    this.#isTrying = false;
    this.#failures = 0;
  }

  run(call: () => Promise<HopResult>): Promise<HopResult> {
    return this.#policy.state === CircuitState.Closed ? this.#runClosed(call) : this.#runOpen(call);
  }

  /** Nothing is asked of the policy first, and it is told what it counts alone: failures, and what ends a row of them. */
  async #runClosed(call: () => Promise<HopResult>): Promise<HopResult> {
    const policy = this.#policy;
    const result = await call();
    const isCounted = this.#failures > 0 || this.#isHeldAgainst(result);
    if (isCounted && policy === this.#policy) {
      await (policy.state === CircuitState.Closed ? policy.execute(() => result) : this.#count(result));
    }
    return result;
  }

  async #runOpen(call: () => Promise<HopResult>): Promise<HopResult> {
    // cockatiel would let further calls wait for the trial without a limit; they are refused instead.
    if (this.#isTrying) {
      return circuitOpen();
    }
    this.#isTrying = true;
    try {
      return await this.#policy.execute(call);
    } catch (error) {
      if (error instanceof BrokenCircuitError) {
        return circuitOpen();
      }
      throw error;
    } finally {
      this.#isTrying = false;
    }
  }

  #count(result: unknown): boolean {
    const isHeld = this.#isHeldAgainst(result);
    this.#failures = isHeld ? this.#failures + 1 : 0;
    return isHeld;
  }

  #isHeldAgainst(result: unknown): boolean {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- cockatiel does not carry the type of the call on
    const { failure } = result as { readonly failure?: HopFailure };
    // A trial that shows nothing leaves the circuit open.
    return failure !== undefined && (showsNothing(failure) ? this.isOpen : isSymptom(failure));
  }

  #createPolicy(): CircuitBreakerPolicy {
    const policy = circuitBreaker(
      handleWhenResult((result) => this.#count(result)),
      { halfOpenAfter: this.#options.openMillis, breaker: new ConsecutiveBreaker(this.#options.failureThreshold) },
    );
    policy.onStateChange((state) => {
      if (state === CircuitState.Open) {
        this.#openedAt = Date.now();
      }
      this.#options.onChange(state !== CircuitState.Closed);
    });
    return policy;
  }
}

function circuitOpen(): HopResult {
  const message = 'The upstream failed repeatedly; calls to it are paused for a moment';
  return failed('circuit-open', message, { backendErrorKind: 'circuit_open' });
}
