import { isFinished, type JobRecord } from '../../jobs/job-record.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';

/** Where a job is read; the events, too. A path: who asks knows the host. */
export function jobPath(id: string): string {
  return `/v1/jobs/${id}`;
}

/** A job as its owner reads it, with its result. */
export function jobAnswer(job: JobRecord, now: number): RawJson {
  return RawJson.object({ ...rowOf(job, now), result: job.result && RawJson.read(job.result.text, 0) });
}

/** The same without its result, for lists and events: results may be large. */
export function jobRow(job: JobRecord, now: number): RawJson {
  return RawJson.object(rowOf(job, now));
}

type Parts = Parameters<typeof RawJson.object>[0];

function rowOf(job: JobRecord, now: number): Parts {
  const { id, createdAt, startedAt, finishedAt, durationMillis, error, result } = job;
  return {
    job_id: id,
    state: job.state,
    tool_slug: job.toolSlug,
    tool: job.tool,
    dcc_type: job.dccType,
    instance_id: job.instanceId,
    request_id: job.requestId,
    trace_id: job.traceId,
    created_at: toTime(createdAt),
    started_at: startedAt && toTime(startedAt),
    finished_at: finishedAt && toTime(finishedAt),
    duration_ms: durationMillis && toMicrosecond(durationMillis),
    queue_ms: startedAt && startedAt - createdAt,
    ...progressOf(job, now),
    cancel_requested: job.isCancelRequested,
    error: error === undefined ? undefined : RawJson.read(error, 0),
    ...(result?.originalSize === undefined ? {} : { truncated: true, original_size: result.originalSize }),
    ...linksOf(job),
  };
}

/** Of a job that is over nobody asks whether it is slow or dead. */
function progressOf(job: JobRecord, now: number): Parts {
  const { progress } = job;
  if (progress === undefined) {
    return {};
  }
  const told = { ...progress, at: toTime(progress.at) };
  return isFinished(job) ? { progress: told } : { progress: told, progress_age_ms: Math.max(0, now - progress.at) };
}

function linksOf({ id, requestId }: JobRecord): Parts {
  const status = jobPath(id);
  const events = `${status}/events`;
  const request = encodeURIComponent(requestId);
  return {
    status_url: status,
    events_url: events,
    links: {
      status,
      events,
      trace_api: `/v1/debug/traces/${request}`,
      debug_bundle: `/v1/debug/bundles/${request}`,
    },
  };
}

function toTime(millis: number): string {
  return new Date(millis).toISOString();
}

const MICROS = 1_000;

function toMicrosecond(millis: number): number {
  return Math.round(millis * MICROS) / MICROS;
}
