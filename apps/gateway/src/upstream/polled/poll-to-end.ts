// upstream/polled/: calls whose answer has to be asked for: jobs of dcc-mcp-core hosts, tasks of both eras.
import type { ErrorKind } from '@dcc-mcp/semantic-conventions';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { rawResult } from '../hop/answer.ts';
import {
  cancelled,
  type FailedHop,
  hostDied,
  shuttingDown,
  timedOut,
  timedOutAsTask,
  timedOutDespiteProgress,
} from '../hop/failures.ts';
import type { TimeRenewal } from '../hop/hop.ts';
import type { RpcSession } from '../session/rpc-session.ts';
import type { AdmittedHop, HopFailure, HopResult } from '../upstream.ts';

/** The first pause between two questions; each is half as long again as the one before, up to the longest. */
const FIRST_PAUSE_MILLIS = 20;
const MAX_PAUSE_MILLIS = 1_000;
const PAUSE_GROWTH = 1.5;
/** Questions in a row that may come to nothing: a host that works on its main thread may drop one. */
const MAX_FAILED_POLLS = 3;
/** How long one of them may take: an answer that is lost must not hold the work up until its time is over. */
const MAX_POLL_MILLIS = 60_000;
/** How a call ends while its work at the upstream goes on. */
const LEFT_ALONE: ReadonlySet<ErrorKind> = new Set(['timeout', 'cancelled', 'not-ready']);

/** A call whose answer has to be asked for. */
export interface PolledCall {
  readonly session: RpcSession;
  readonly admitted: AdmittedHop;
  /** When the time of the call is over, on the clock of `performance.now`. */
  readonly deadline: number;
  /** How progress moves that; absent: it does not. */
  readonly renewal?: TimeRenewal | undefined;
  /** The time that it has since its upstream made a task of it, in milliseconds; absent: that of the request goes on. */
  readonly taskMillis?: number;
  /** Aborts when the gateway ends the calls of its callers. */
  readonly ending: AbortSignal;
}

/** How the work that a call has become is asked after. */
export interface PolledWork {
  /** The request that tells how the work is. */
  readonly question: { readonly method: string; readonly params: JsonObject };
  /** What an answer says; `undefined` while the work goes on. `renew`: the work shows that it is alive. */
  read(answer: RawJson, renew: () => void): HopResult | undefined | Promise<HopResult | undefined>;
  /** Asks the upstream to end the work; best effort. */
  cancel(): void;
}

/**
 * Asks after the work until it has ended. Work that nobody waits for any more is cancelled at its upstream; what is
 * withdrawn ends as `cancelled`, whatever the upstream says in the end.
 */
export async function pollToEnd(call: PolledCall, work: PolledWork): Promise<HopResult> {
  const withdrawal = call.admitted.hop.job?.withdrawal;
  const onWithdrawn = (): void => work.cancel();
  withdrawal?.addEventListener('abort', onWithdrawn, { once: true });
  if (withdrawal?.aborted === true) {
    work.cancel();
  }
  const polling = new Polling(call, work);
  const release = call.session.holdWork();
  const end = await polling.end();
  release();
  withdrawal?.removeEventListener('abort', onWithdrawn);
  if (!end.ok && !polling.hasEnded && LEFT_ALONE.has(end.failure.kind)) {
    work.cancel();
  }
  return withdrawal?.aborted === true ? cancelled() : end;
}

/** One request beside the call, in its name. */
export function ask(
  { admitted, session, deadline }: Omit<PolledCall, 'ending'>,
  { method, params }: PolledWork['question'],
): Promise<HopResult> {
  const { hop, envelope } = admitted;
  return session.exchange({
    method,
    params,
    envelope,
    timeoutMillis: Math.max(1, Math.ceil(deadline - performance.now())),
    signal: hop.signal,
    peer: hop.peer,
    takesTask: true,
  });
}

class Polling {
  readonly #call: PolledCall;
  readonly #work: PolledWork;
  /** Whether the upstream has said that there is nothing more to come. */
  hasEnded = false;
  #deadline: number;
  #isRenewed = false;

  constructor(call: PolledCall, work: PolledWork) {
    this.#call = call;
    this.#work = work;
    this.#deadline = call.deadline;
  }

  async end(): Promise<HopResult> {
    let failures = 0;
    for (let pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(pause * PAUSE_GROWTH, MAX_PAUSE_MILLIS)) {
      const answer = (await this.#pause(pause)) ?? (await this.#ask());
      if (answer.ok) {
        failures = 0;
        const end = await this.#work.read(rawResult(answer), () => this.#renew());
        if (end !== undefined) {
          this.hasEnded = true;
          return end;
        }
      } else {
        failures += 1;
        if (!this.#isWorthAnother(answer) || failures === MAX_FAILED_POLLS) {
          return this.#call.ending.aborted ? shuttingDown() : this.#toEnd(answer);
        }
      }
    }
  }

  #ask(): Promise<HopResult> {
    const deadline = Math.min(this.#deadline, performance.now() + MAX_POLL_MILLIS);
    return ask({ ...this.#call, deadline }, this.#work.question);
  }

  /** The work goes on where the upstream could not say so, or not in time. */
  #isWorthAnother({ failure }: FailedHop): boolean {
    return isPassing(failure) || (failure.kind === 'timeout' && !this.#isLate);
  }

  get #isLate(): boolean {
    return performance.now() >= this.#deadline;
  }

  /** A question that was under way when the time of the call was over ends as a pause does then. */
  #toEnd(hop: FailedHop): FailedHop {
    const { kind, hint } = hop.failure;
    return kind === 'timeout' && this.#isLate ? this.#timedOut(hint) : toEnd(hop);
  }

  /** Waits; gives why there is nothing more to wait for, when that is so. */
  async #pause(millis: number): Promise<FailedHop | undefined> {
    const { admitted, ending } = this.#call;
    const { signal } = admitted.hop;
    const left = this.#deadline - performance.now();
    try {
      await delay(Math.max(0, Math.min(millis, left)), undefined, {
        signal: signal === undefined ? ending : AbortSignal.any([signal, ending]),
      });
    } catch {
      return cancelled();
    }
    return left <= millis ? this.#timedOut() : undefined;
  }

  #timedOut(hint?: string): FailedHop {
    const { admitted, renewal, taskMillis } = this.#call;
    if (this.#isRenewed && renewal !== undefined) {
      return timedOutDespiteProgress(renewal, this.#deadline >= renewal.until);
    }
    return taskMillis === undefined ? timedOut(admitted.hop.timeoutMillis, hint) : timedOutAsTask(taskMillis);
  }

  #renew(): void {
    const { renewal } = this.#call;
    if (renewal !== undefined) {
      this.#isRenewed = true;
      this.#deadline = Math.min(performance.now() + renewal.windowMillis, renewal.until);
    }
  }
}

/** A host that can't be reached while it works has died, whatever the connection says. */
function toEnd(hop: FailedHop): FailedHop {
  return hop.failure.kind === 'backend-unreachable'
    ? hostDied(`The upstream died while it worked: ${hop.failure.message}`)
    : hop;
}

/** The work goes on, whatever becomes of one question about it. */
function isPassing({ kind }: HopFailure): boolean {
  return kind === 'backend-error' || kind === 'throttled';
}
