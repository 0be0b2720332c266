import type { ErrorKind } from '@dcc-mcp/semantic-conventions';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import { rawAnswer, rawResult } from '../hop/answer.ts';
import { readProgressToken } from '../hop/envelope.ts';
import {
  badAnswer,
  cancelled,
  failed,
  type FailedHop,
  hostDied,
  shuttingDown,
  timedOut,
  timedOutDespiteProgress,
} from '../hop/failures.ts';
import type { TimeRenewal } from '../hop/hop.ts';
import type { RpcSession } from '../session/rpc-session.ts';
import type { AdmittedHop, HopResult } from '../upstream.ts';
import { type CoreRoutes, JOB_STATUS_TOOL } from './dcc-core.ts';
import { type JobState, toJobState } from './pending-job.ts';

/** The first pause between two questions; each is half as long again as the one before, up to the longest. */
const FIRST_PAUSE_MILLIS = 20;
const MAX_PAUSE_MILLIS = 1_000;
const PAUSE_GROWTH = 1.5;
/** Questions in a row that may come to nothing: a host that works on its main thread may drop one. */
const MAX_FAILED_POLLS = 3;

/** A call that its dcc-mcp-core host has made a job of. */
export interface CoreJobOptions {
  readonly jobId: string;
  readonly session: RpcSession;
  readonly admitted: AdmittedHop;
  /** When the time of the call is over, on the clock of `performance.now`. */
  readonly deadline: number;
  /** How progress of the job moves it; absent: it does not. */
  readonly renewal?: TimeRenewal | undefined;
  /** Aborts when the gateway ends the calls of its callers. */
  readonly ending: AbortSignal;
  /** Absent where the host is not reached over HTTP: there a job can't be cancelled. */
  readonly core: CoreRoutes | undefined;
}

/**
 * Asks for the state of the job until it has ended; the caller gets what its tool would have answered. A job that nobody
 * waits for any more is cancelled at its host.
 */
export async function awaitCoreJob(options: CoreJobOptions): Promise<HopResult> {
  const { jobId, core } = options;
  const job = new CoreJob(options);
  const end = await job.end();
  if (end.ok) {
    return rawAnswer(rawResult(end), jobId);
  }
  if (!job.hasEnded && LEFT_ALONE.has(end.failure.kind)) {
    void core?.cancelJob(jobId);
  }
  return { ...end, jobId };
}

/** How a call ends while its job goes on. */
const LEFT_ALONE: ReadonlySet<ErrorKind> = new Set(['timeout', 'cancelled', 'not-ready']);

class CoreJob {
  readonly #options: CoreJobOptions;
  /** Whether the host has said that there is nothing more to come. */
  hasEnded = false;
  #progress = -Infinity;

  #deadline: number;
  #isRenewed = false;

  constructor(options: CoreJobOptions) {
    this.#options = options;
    this.#deadline = options.deadline;
  }

  async end(): Promise<HopResult> {
    let failures = 0;
    for (let pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(pause * PAUSE_GROWTH, MAX_PAUSE_MILLIS)) {
      const answer = (await this.#pause(pause)) ?? (await this.#ask());
      if (answer.ok) {
        failures = 0;
        const end = this.#endOf(toJobState(rawResult(answer)));
        if (end !== undefined) {
          return end;
        }
      } else {
        failures += 1;
        if (answer.failure.kind !== 'backend-error' || failures === MAX_FAILED_POLLS) {
          return this.#options.ending.aborted ? shuttingDown() : toEnd(answer);
        }
      }
    }
  }

  /** Waits; gives why there is nothing more to wait for, when that is so. */
  async #pause(millis: number): Promise<FailedHop | undefined> {
    const { admitted, ending } = this.#options;
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

  #timedOut(): FailedHop {
    const { admitted, renewal } = this.#options;
    return this.#isRenewed && renewal !== undefined
      ? timedOutDespiteProgress(renewal, this.#deadline >= renewal.until)
      : timedOut(admitted.hop.timeoutMillis);
  }

  #ask(): Promise<HopResult> {
    const { admitted, session, jobId } = this.#options;
    const { hop, envelope } = admitted;
    return session.exchange({
      method: 'tools/call',
      params: { name: JOB_STATUS_TOOL, arguments: { job_id: jobId, include_result: true } },
      envelope,
      timeoutMillis: Math.max(1, Math.ceil(this.#deadline - performance.now())),
      signal: hop.signal,
      peer: hop.peer,
    });
  }

  #endOf(state: JobState): HopResult | undefined {
    this.hasEnded = state.kind !== 'open';
    switch (state.kind) {
      case 'open':
        this.#tell(state.progress);
        return undefined;
      case 'ended':
        return rawAnswer(state.result);
      case 'cancelled':
        return failed('cancelled', 'The job that the call became was cancelled at its host');
      case 'unknown':
        return badAnswer('other', state.message);
      default:
        return state satisfies never;
    }
  }

  /** Who asked for progress gets what the job tells of it, each more than the one before; a job that gets on is alive. */
  #tell(progress: JsonObject | undefined): void {
    const { peer, params } = this.#options.admitted.hop;
    const progressToken = readProgressToken(params);
    const { current, total, message } = progress ?? {};
    if (peer === undefined || progressToken === undefined || typeof current !== 'number' || current <= this.#progress) {
      return;
    }
    this.#progress = current;
    this.#renew();
    peer.notify('notifications/progress', {
      progressToken,
      progress: current,
      ...(typeof total === 'number' ? { total } : {}),
      ...(typeof message === 'string' ? { message } : {}),
    });
  }

  #renew(): void {
    const { renewal } = this.#options;
    if (renewal !== undefined) {
      this.#isRenewed = true;
      this.#deadline = Math.min(performance.now() + renewal.windowMillis, renewal.until);
    }
  }
}

/** A host that can't be reached while it works has died, whatever the connection says. */
function toEnd(hop: FailedHop): FailedHop {
  return hop.failure.kind === 'backend-unreachable'
    ? hostDied(`The upstream died while the job ran: ${hop.failure.message}`)
    : hop;
}
