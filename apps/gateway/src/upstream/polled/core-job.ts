import type { JsonObject } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { type CoreRoutes, JOB_STATUS_TOOL } from '../core/dcc-core.ts';
import { rawAnswer, rawResult } from '../hop/answer.ts';
import { readProgressToken } from '../hop/envelope.ts';
import { badAnswer, failed } from '../hop/failures.ts';
import type { HopResult } from '../upstream.ts';
import { toJobState } from './pending-job.ts';
import { type PolledCall, pollToEnd } from './poll-to-end.ts';

/** A call that its dcc-mcp-core host has made a job of. */
export interface CoreJobOptions extends PolledCall {
  readonly jobId: string;
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
  const end = await pollToEnd(options, {
    question: {
      method: 'tools/call',
      params: { name: JOB_STATUS_TOOL, arguments: { job_id: jobId, include_result: true } },
    },
    read: (answer, renew) => job.read(answer, renew),
    cancel: () => void core?.cancelJob(jobId),
  });
  return end.ok ? rawAnswer(rawResult(end), jobId) : { ...end, jobId };
}

class CoreJob {
  readonly #options: CoreJobOptions;
  #progress = -Infinity;

  constructor(options: CoreJobOptions) {
    this.#options = options;
  }

  read(answer: RawJson, renew: () => void): HopResult | undefined {
    const state = toJobState(answer);
    switch (state.kind) {
      case 'open':
        this.#tell(state.progress, renew);
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
  #tell(progress: JsonObject | undefined, renew: () => void): void {
    const { peer, params } = this.#options.admitted.hop;
    const progressToken = readProgressToken(params);
    const { current, total, message } = progress ?? {};
    if (peer === undefined || progressToken === undefined || typeof current !== 'number' || current <= this.#progress) {
      return;
    }
    this.#progress = current;
    renew();
    peer.notify('notifications/progress', {
      progressToken,
      progress: current,
      ...(typeof total === 'number' ? { total } : {}),
      ...(typeof message === 'string' ? { message } : {}),
    });
  }
}
