import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../protocol/thrown-error.ts';
import { unlessAborted } from '../../protocol/unless-aborted.ts';
import type { Connection } from '../connection/connection.ts';
import { Dispatcher, type DispatchLimits } from '../dispatch/dispatcher.ts';
import { cancelled, failed, shuttingDown } from '../hop/failures.ts';
import { whenBegun } from '../hop/when-begun.ts';
import type {
  CircuitView,
  HopFailure,
  HopRequest,
  HopResult,
  UpstreamLoad,
  UpstreamSettings,
  UpstreamStatus,
} from '../upstream.ts';

/** What calls need of the upstream they go to. */
export interface UpstreamCallsOptions {
  readonly settings: UpstreamSettings;
  readonly limits: DispatchLimits;
  readonly random: () => number;
  readonly connection: () => Connection | undefined;
  readonly status: () => UpstreamStatus;
  /** Why there is no connection. */
  whyNotUsable(): HopFailure;
  connect(timeoutMillis: number): Promise<HopFailure | undefined>;
  onCircuit(isOpen: boolean): void;
  log(line: string): void;
}

/** The calls to one upstream: they wait for its start where it is lazy, pass the queue and go out on the connection. */
export class UpstreamCalls {
  readonly #options: UpstreamCallsOptions;
  readonly #dispatcher: Dispatcher;
  #count = 0;
  #whenIdle: (() => void)[] = [];
  #isEnded = false;

  constructor(options: UpstreamCallsOptions) {
    this.#options = options;
    this.#dispatcher = new Dispatcher({
      ...options.limits,
      concurrency: options.settings.concurrency,
      maxQueued: options.settings.maxQueued,
      random: options.random,
      onCircuit: (isOpen) => options.onCircuit(isOpen),
      whyNotUsable: () => (options.connection() === undefined ? options.whyNotUsable() : undefined),
      whenUsable: (timeoutMillis) => options.connect(timeoutMillis),
    });
  }

  get load(): UpstreamLoad {
    return this.#dispatcher.load;
  }

  get circuit(): CircuitView {
    return this.#dispatcher.circuit;
  }

  /** The upstream is a new one: its past failures count no more. */
  resetCircuit(): void {
    this.#dispatcher.resetCircuit();
  }

  /** Refuses what has not been sent, and what comes from now on. */
  end(): void {
    this.#isEnded = true;
  }

  /** Resolves when no call is on its way any more. */
  whenIdle(): Promise<void> {
    return this.#count === 0 ? Promise.resolve() : new Promise((resolve) => void this.#whenIdle.push(resolve));
  }

  /** Whether no call is on its way any more within that time. */
  async isIdleWithin(timeoutMillis: number): Promise<boolean> {
    const late = new AbortController();
    const isIdle = await Promise.race([
      this.whenIdle().then(() => true),
      delay(timeoutMillis, false, { signal: late.signal }).catch(() => false),
    ]);
    late.abort();
    return isIdle;
  }

  /** Never rejects. */
  async run(hop: HopRequest): Promise<HopResult> {
    if (this.#isEnded) {
      return shuttingDown();
    }
    this.#count += 1;
    try {
      return await this.#run(hop);
    } catch (error) {
      // Only what the caller handed in (`begin`, `onRetry`) can throw.
      this.#options.log(`a request could not be sent: ${messageOf(error)}`);
      return failed('internal', 'The gateway could not send the request', { backendErrorKind: 'other' });
    } finally {
      this.#count -= 1;
      if (this.#count === 0 && this.#whenIdle.length > 0) {
        this.#whenIdle.forEach((resolve) => resolve());
        this.#whenIdle = [];
      }
    }
  }

  #run(hop: HopRequest): Promise<HopResult> {
    const { settings, connection, status } = this.#options;
    // Who uses a lazy upstream first waits for its start; others are told at once how things stand.
    const mustStart = settings.isLazy && connection() === undefined && ['idle', 'booting'].includes(status().readiness);
    return mustStart ? this.#runAfterStart(hop) : this.#dispatch(hop, hop.timeoutMillis);
  }

  async #runAfterStart(hop: HopRequest): Promise<HopResult> {
    const startedAt = performance.now();
    hop.job?.accepted();
    const failure = await unlessAborted(
      this.#options.connect(hop.timeoutMillis),
      hop.signal,
      () => cancelled().failure,
    );
    return failure === undefined
      ? this.#dispatch(hop, Math.max(1, hop.timeoutMillis - (performance.now() - startedAt)))
      : { ok: false, failure };
  }

  #dispatch(hop: HopRequest, timeoutMillis: number): Promise<HopResult> {
    let envelope: ReturnType<HopRequest['begin']> | undefined;
    return this.#dispatcher.run(hop, timeoutMillis, (queueWaitMillis, remainingMillis) => {
      if (this.#isEnded) {
        return Promise.resolve(shuttingDown({ queueWaitMillis }));
      }
      const connection = this.#options.connection();
      if (connection === undefined) {
        return Promise.resolve({ ok: false, failure: { ...this.#options.whyNotUsable(), queueWaitMillis } });
      }
      if (envelope !== undefined && queueWaitMillis > 0) {
        hop.onWaited?.(queueWaitMillis);
      }
      const begun = (envelope ??= hop.begin(queueWaitMillis));
      return begun instanceof Promise
        ? whenBegun(begun, { hop, queueWaitMillis, remainingMillis }, (admitted) => connection.request(admitted))
        : connection.request({ hop, envelope: begun, timeoutMillis: remainingMillis });
    });
  }
}
