// upstream/dispatch/: queue, slots, circuit and retries of the calls to one upstream.
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMillis } from '../hop/backoff.ts';
import { cancelled, cancelledInQueue, failed, timedOut, timedOutAfterQueue, timedOutInQueue } from '../hop/failures.ts';
import type { CircuitView, HopFailure, HopRequest, HopResult, UpstreamLoad } from '../upstream.ts';
import { BoundedQueue } from './bounded-queue.ts';
import { Circuit } from './circuit.ts';

/** Limits of the way to one upstream. */
export interface DispatchLimits {
  /** Further tries of a read; 0 for none. Default 2. */
  readonly readRetryMax?: number;
  /** Default 5. */
  readonly circuitFailureThreshold?: number;
  /** Default 30 s. */
  readonly circuitOpenMillis?: number;
}

/** Bounds of one upstream's calls, and what the dispatcher asks of it. */
export interface DispatcherOptions extends DispatchLimits {
  readonly concurrency: number;
  readonly maxQueued: number;
  readonly random: () => number;
  onCircuit(isOpen: boolean): void;
  /** What is wrong with the upstream at this moment; a call that finds it so is neither queued nor held against it. */
  whyNotUsable(): HopFailure | undefined;
  /** Waits until the upstream is usable again, before a read is repeated. */
  whenUsable(timeoutMillis: number): Promise<HopFailure | undefined>;
}

/** Puts the request on the wire; `queueWaitMillis` is how long it waited for its slot. */
export type SendHop = (queueWaitMillis: number, remainingMillis: number) => Promise<HopResult>;

/** One call on its way. */
interface Run {
  readonly hop: HopRequest;
  /** On the clock of `performance.now`. */
  readonly deadline: number;
  readonly send: SendHop;
}

/** The way of every call to one upstream: circuit, queue, slot, and for reads another try. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #queue: BoundedQueue;
  readonly #circuit: Circuit;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#queue = new BoundedQueue(options);
    this.#circuit = new Circuit({
      failureThreshold: options.circuitFailureThreshold ?? 5,
      openMillis: options.circuitOpenMillis ?? 30_000,
      onChange: (isOpen) => options.onCircuit(isOpen),
    });
  }

  get load(): UpstreamLoad {
    return { queued: this.#queue.queued, running: this.#queue.running };
  }

  get circuit(): CircuitView {
    return this.#circuit.view;
  }

  /** The upstream is a new one: its past failures count no more. */
  resetCircuit(): void {
    this.#circuit.reset();
  }

  /** Never rejects as long as `send` does not; the timeout covers the wait, the wire and all tries. */
  run(hop: HopRequest, timeoutMillis: number, send: SendHop): Promise<HopResult> {
    if (hop.signal?.aborted === true) {
      return Promise.resolve(cancelled());
    }
    const run: Run = { hop, deadline: performance.now() + timeoutMillis, send };
    return hop.isRead === true ? this.#read(run) : this.#try(run);
  }

  /** A read may be sent again. */
  async #read(run: Run): Promise<HopResult> {
    const { readRetryMax = 2 } = this.#options;
    let result = await this.#try(run);
    for (let attempt = 1; attempt <= readRetryMax && !result.ok && isWorthAnotherTry(result.failure); attempt += 1) {
      const again = await this.#again(run, attempt, result.failure);
      if (again === undefined) {
        break;
      }
      result = again;
    }
    return result;
  }

  async #again(run: Run, attempt: number, failure: HopFailure): Promise<HopResult | undefined> {
    const { hop, deadline } = run;
    const delayMillis = backoffMillis(attempt - 1, { random: this.#options.random, baseMillis: 100, maxMillis: 2_000 });
    if (performance.now() + delayMillis >= deadline) {
      return undefined;
    }
    hop.onRetry?.({ attempt, delayMillis, failure });
    try {
      await delay(delayMillis, undefined, hop.signal === undefined ? {} : { signal: hop.signal });
    } catch {
      return cancelled();
    }
    const stillDown = await this.#options.whenUsable(Math.max(1, deadline - performance.now()));
    return stillDown === undefined ? this.#try(run) : { ok: false, failure: stillDown };
  }

  #try(run: Run): Promise<HopResult> {
    const failure = this.#options.whyNotUsable();
    return failure === undefined ? this.#circuit.run(() => this.#inSlot(run)) : Promise.resolve({ ok: false, failure });
  }

  #inSlot(run: Run): Promise<HopResult> {
    return this.#queue.tryEnter() ? this.#send(run, 0) : this.#sendInTurn(run);
  }

  async #sendInTurn(run: Run): Promise<HopResult> {
    const { hop, deadline } = run;
    const arrivedAt = performance.now();
    const line = { signal: leaving(hop), onPlaced: () => hop.job?.accepted() };
    const admission = await this.#queue.enter(Math.max(1, deadline - arrivedAt), line);
    const waitedMillis = performance.now() - arrivedAt;
    return admission === 'admitted' ? this.#send(run, waitedMillis) : refusal(admission, hop, waitedMillis);
  }

  async #send({ hop, deadline, send }: Run, waitedMillis: number): Promise<HopResult> {
    try {
      if (hop.job?.withdrawal.aborted === true) {
        return cancelledInQueue(waitedMillis);
      }
      hop.job?.accepted();
      const remainingMillis = Math.ceil(deadline - performance.now());
      return remainingMillis > 0
        ? withWait(await send(waitedMillis, remainingMillis), hop, waitedMillis)
        : timedOutInQueue(hop.timeoutMillis, waitedMillis);
    } finally {
      this.#queue.leave();
    }
  }
}

/** What ends the wait of a call. */
function leaving({ signal, job }: HopRequest): AbortSignal | undefined {
  if (job === undefined) {
    return signal;
  }
  return signal === undefined ? job.withdrawal : AbortSignal.any([signal, job.withdrawal]);
}

function refusal(admission: 'full' | 'cancelled' | 'timeout', hop: HopRequest, waitedMillis: number): HopResult {
  if (admission === 'full') {
    return failed('queue-full', 'Too many calls wait for this upstream; try again later');
  }
  return admission === 'cancelled' ? cancelledInQueue(waitedMillis) : timedOutInQueue(hop.timeoutMillis, waitedMillis);
}

/** A wait shorter than that is no part of why a call had no answer in time. */
const MIN_TOLD_WAIT_MILLIS = 1;

/** A call that had no answer in time says so of the time that it had, and how much of it the upstream had after a wait. */
function withWait(result: HopResult, { timeoutMillis }: HopRequest, waitedMillis: number): HopResult {
  if (result.ok || result.failure.kind !== 'timeout' || result.failure.isFinalWording === true) {
    return result;
  }
  const { hint } = result.failure;
  const told =
    waitedMillis < MIN_TOLD_WAIT_MILLIS
      ? timedOut(timeoutMillis, hint)
      : timedOutAfterQueue(timeoutMillis, waitedMillis, hint);
  return { ...result, ...told };
}

/** Nothing was decided by the upstream, and time may mend it. A timeout is final. */
function isWorthAnotherTry({ kind, backendErrorKind }: HopFailure): boolean {
  return (
    kind === 'backend-unreachable' ||
    kind === 'host-died' ||
    (kind === 'backend-error' && (backendErrorKind === 'transport' || backendErrorKind === 'http_5xx'))
  );
}
