import type { JobsAnswer, OpenJob } from '@dcc-mcp/admin-api';
import type { JobRecord } from '../jobs/job-record.ts';
import type { OpenJobs } from '../jobs/job-records.ts';

/** Jobs that have not ended, for an operator: what they are, where they stand, and when they last said something. */
export function openJobs({ total, jobs }: OpenJobs, now: number): JobsAnswer {
  return { total, returned: jobs.length, jobs: jobs.map((job) => toRow(job, now)) };
}

function toRow(job: JobRecord, now: number): OpenJob {
  const { progress, startedAt } = job;
  return {
    job_id: job.id,
    state: job.state === 'queued' ? 'queued' : 'running',
    tool_slug: job.toolSlug,
    tool: job.tool,
    dcc_type: job.dccType,
    instance_id: job.instanceId,
    request_id: job.requestId,
    trace_id: job.traceId,
    created_at: toTime(job.createdAt),
    ...(startedAt === undefined ? {} : { started_at: toTime(startedAt) }),
    ...(progress === undefined
      ? {}
      : { progress: { ...progress, at: toTime(progress.at) }, progress_age_ms: Math.max(0, now - progress.at) }),
    ...(job.isCancelRequested === true ? { cancel_requested: true } : {}),
  };
}

function toTime(millis: number): string {
  return new Date(millis).toISOString();
}
