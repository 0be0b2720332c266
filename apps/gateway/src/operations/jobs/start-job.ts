import { toErrorBody } from '@dcc-mcp/request-context';
import type { JobResult } from '@dcc-mcp/semantic-conventions';
import { metricLabelOf } from '../../catalog/tool-record.ts';
import { type JobEnd, LiveJob } from '../../jobs/live-job.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { callAnswer } from '../answers/call-answer.ts';
import { callOperation, type CallRequest } from '../definitions/call.ts';
import type { OperationContext } from '../frame/core.ts';
import type { OperationEnd, ParsedRequest } from '../frame/operation-definition.ts';
import { runOperation } from '../frame/run-operation.ts';
import type { CallJob } from './call-job.ts';
import { keepBody, keepTaskEnd, type TaskAnswer } from './kept-result.ts';

/** A call that is to be a job, or may become one. */
export interface JobStart {
  readonly job: CallJob;
  readonly request: ParsedRequest<CallRequest>;
  readonly context: OperationContext;
  /** Makes the answer for clients of the tasks extension; absent where there is none to ask. */
  readonly toTask?: ((end: OperationEnd<RawJson>) => TaskAnswer) | undefined;
}

/** A job that goes on, or how a call ended that did not become one. */
export type StartedJob =
  | { readonly job: LiveJob; readonly end?: undefined }
  | { readonly job?: undefined; readonly end: OperationEnd<RawJson> };

/**
 * Runs a call as a job. Resolves as soon as it is one: its upstream has taken it, and it is kept. What speaks against it
 * before that, policy, quota, arguments, a full queue, is the end of the call, and there is no job. Never rejects.
 */
export async function startJob(start: JobStart): Promise<StartedJob> {
  const first = await Promise.race([start.job.whenAccepted, run(start)]);
  return first instanceof LiveJob ? { job: first } : { end: first };
}

async function run({ job, request, context, toTask }: JobStart): Promise<OperationEnd<RawJson>> {
  const { core, caller } = context;
  const end = await runOperation(callOperation, request, { core, caller: job.callerFrom(caller) });
  if (job.isAccepted) {
    await job.end(toJobEnd(end, context, toTask));
    return end;
  }
  await job.giveUp();
  if (job.isAsked) {
    const result: JobResult = end.rejection === 'queue_full' ? 'queue_full' : 'rejected';
    core.recorder.record({ kind: 'job-created', tool: metricLabelOf(end.record), result });
  }
  return end;
}

const STATES: Partial<Record<OperationEnd<RawJson>['outcome'], JobEnd['state']>> = {
  ok: 'succeeded',
  late_ok: 'succeeded',
  cancelled: 'cancelled',
};

function toJobEnd(
  end: OperationEnd<RawJson>,
  { caller: { ctx } }: OperationContext,
  toTask: JobStart['toTask'],
): JobEnd {
  const { outcome, durationMillis, value, error } = end;
  return {
    state: STATES[outcome] ?? 'failed',
    durationMillis,
    error: error && JSON.stringify(toErrorBody(error)),
    result: value && keepBody(callAnswer(end, ctx).body),
    task: toTask && keepTaskEnd(toTask(end)),
  };
}
