import { z } from '@hono/zod-openapi';
import { JOB_STATES } from '../../jobs/job-record.ts';
import { callAnswer, errorBody, slug } from '../../operations/answers/answer-schemas.ts';

// Described, not checked, as all answers are.

const time = z.string().meta({ format: 'date-time' });

const jobFields = {
  job_id: z.string().meta({ format: 'uuid' }),
  state: z.enum(JOB_STATES),
  tool_slug: slug,
  tool: z.string().meta({ description: 'The tool, as its server names it.' }),
  dcc_type: z.string(),
  instance_id: z.string(),
  request_id: z.string(),
  trace_id: z.string(),
  created_at: time,
  started_at: time.optional().meta({ description: 'When the call left the queue of its server.' }),
  finished_at: time.optional(),
  duration_ms: z.number().optional(),
  queue_ms: z.number().optional(),
  progress: z
    .looseObject({ progress: z.number(), total: z.number().optional(), message: z.string().optional(), at: time })
    .optional(),
  progress_age_ms: z.number().optional().meta({ description: 'Since the last progress: is it slow, or dead?' }),
  cancel_requested: z.literal(true).optional(),
  error: errorBody.optional(),
  truncated: z.literal(true).optional().meta({ description: 'The result is cut.' }),
  original_size: z.int().optional().meta({ description: 'Bytes of the whole result, where it is cut.' }),
  status_url: z.string(),
  events_url: z.string(),
  links: z.record(z.string(), z.string()),
};

/** A job without its result. */
export const jobRowAnswer: z.ZodType = z.looseObject(jobFields).openapi('JobRow');

/** A job with its result, where it has one. */
export const jobWithResult: z.ZodType = z
  .looseObject({
    ...jobFields,
    result: callAnswer.optional().meta({ description: 'What the call would have been answered.' }),
  })
  .openapi('Job');

/** One page of jobs. */
export const jobList: z.ZodType = z
  .looseObject({
    total: z.int().meta({ description: 'All that match, whatever the page.' }),
    returned: z.int(),
    jobs: z.array(jobRowAnswer),
    next_cursor: z.string().optional(),
  })
  .openapi('JobList');
