import { isFinished, type JobRecord, type TaskEnd } from '../../jobs/job-record.ts';
import { asObject, type JsonObject, type JsonValue, textOf } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import { ERROR_INTERNAL } from '../../protocol/mcp-protocol.ts';
import { toolResult } from '../search-mode/tool-result.ts';

/** How often a client should ask, in milliseconds. */
const POLL_MILLIS = 500;

/** What a call that has become a task is answered: the task as it is known then (SEP-2663, `CreateTaskResult`). */
export function createdTask(job: JobRecord, retentionMillis: number): JsonObject {
  return { resultType: 'task', ...taskFields(job, retentionMillis) };
}

/** A task with what it asks, or with what came of it (SEP-2663, `DetailedTask`). */
export function taskView(job: JobRecord, retentionMillis: number): RawJson {
  return RawJson.object({ ...taskFields(job, retentionMillis), ...detailsOf(job) });
}

function taskFields(job: JobRecord, retentionMillis: number): JsonObject {
  const message = job.progress?.message ?? asObject(errorOf(job))?.['message'];
  return {
    taskId: job.id,
    status: statusOf(job),
    ...(message === undefined ? {} : { statusMessage: message }),
    createdAt: new Date(job.createdAt).toISOString(),
    lastUpdatedAt: new Date(job.updatedAt).toISOString(),
    ttlMs: retentionMillis,
    pollIntervalMs: POLL_MILLIS,
  };
}

function statusOf(job: JobRecord): string {
  if (!isFinished(job)) {
    return hasQuestions(job) ? 'input_required' : 'working';
  }
  if (job.state === 'cancelled') {
    return 'cancelled';
  }
  return 'result' in endOf(job) ? 'completed' : 'failed';
}

function hasQuestions({ questions }: JobRecord): boolean {
  return questions !== undefined && Object.keys(questions).length > 0;
}

function detailsOf(job: JobRecord): Parameters<typeof RawJson.object>[0] {
  if (!isFinished(job)) {
    return hasQuestions(job) ? { inputRequests: job.questions } : {};
  }
  if (job.state === 'cancelled') {
    return {};
  }
  const end = endOf(job);
  if ('result' in end) {
    return { result: RawJson.read(end.result.text, 0) };
  }
  const { code, message, data } = end.error;
  return { error: RawJson.object({ code, message, data: data === undefined ? undefined : RawJson.read(data, 0) }) };
}

/** A job that was asked for otherwise has no answer of its own for tasks: the body of its call is one. */
function endOf(job: JobRecord): TaskEnd {
  if (job.task !== undefined) {
    return job.task;
  }
  if (job.result !== undefined) {
    const body = RawJson.read(job.result.text);
    return { result: { text: toolResult(body, job.state === 'failed').text } };
  }
  const error = asObject(errorOf(job)) ?? {};
  return {
    error: { code: ERROR_INTERNAL, message: textOf(error['message']), data: JSON.stringify({ kind: error['kind'] }) },
  };
}

function errorOf({ error }: JobRecord): JsonValue | undefined {
  return error === undefined ? undefined : RawJson.read(error, 0).value;
}
