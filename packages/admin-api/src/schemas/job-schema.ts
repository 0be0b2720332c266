import { z } from 'zod';
import { count, millis } from './call-schema.ts';
import type { Members } from './identity-schema.ts';

/** What a job said of itself last. */
interface OpenJobProgress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
  readonly at: string;
}

/** A job that waits or runs. */
export interface OpenJob {
  readonly job_id: string;
  readonly state: 'queued' | 'running';
  readonly tool_slug: string;
  readonly tool: string;
  readonly dcc_type: string;
  readonly instance_id: string;
  readonly request_id: string;
  readonly trace_id: string;
  readonly created_at: string;
  readonly started_at?: string;
  readonly progress?: OpenJobProgress;
  readonly progress_age_ms?: number;
  readonly cancel_requested?: true;
}

/** What `jobs` answers. */
export interface JobsAnswer {
  readonly total: number;
  readonly returned: number;
  readonly jobs: readonly OpenJob[];
}

const progress = z.looseObject({
  progress: z.number(),
  total: z.number().optional(),
  message: z.string().optional(),
  at: z.string(),
} satisfies Members<OpenJobProgress>);

const openJob = z
  .looseObject({
    job_id: z.string(),
    state: z.enum(['queued', 'running']),
    tool_slug: z.string(),
    tool: z.string(),
    dcc_type: z.string(),
    instance_id: z.string(),
    request_id: z.string(),
    trace_id: z.string(),
    created_at: z.string(),
    started_at: z.string().optional(),
    progress: progress.optional(),
    progress_age_ms: millis.optional().meta({ description: 'Since the last progress: is it slow, or dead?' }),
    cancel_requested: z.literal(true).optional(),
  } satisfies Members<OpenJob>)
  .meta({ id: 'OpenJob' });

export const jobsAnswer: z.ZodType = z
  .strictObject({
    total: count,
    returned: count,
    jobs: z.array(openJob).meta({ description: 'At most 200, the oldest first.' }),
  } satisfies Members<JobsAnswer>)
  .meta({ id: 'OpenJobs' });
