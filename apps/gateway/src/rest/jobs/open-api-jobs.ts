import { createRoute, type RouteConfig, z } from '@hono/zod-openapi';
import { JOB_STATES } from '../../jobs/job-record.ts';
import { failures, json } from '../open-api-routes.ts';
import { jobList, jobWithResult } from './job-schemas.ts';

const job = { params: z.object({ id: z.string().meta({ description: 'A job_id.' }) }) };
const GUARDED = [401, 403, 500] as const;

/** The routes of jobs. A job that another principal has is not there. */
export const jobOpenApi: readonly RouteConfig[] = [
  createRoute({
    method: 'get',
    path: '/v1/jobs',
    summary: 'Your jobs, the newest first',
    request: {
      query: z.object({
        state: z.enum(JOB_STATES).optional(),
        tool: z.string().optional().meta({ description: 'A tool_slug, <dcc>__<tool>, or the name at its server.' }),
        limit: z.int().min(1).max(500).optional().meta({ default: 50 }),
        cursor: z.string().optional().meta({ description: 'The next_cursor of the page before.' }),
      }),
    },
    responses: { 200: { description: 'Answered.', content: json(jobList) }, ...failures(...GUARDED, 400) },
  }),
  createRoute({
    method: 'get',
    path: '/v1/jobs/{id}',
    summary: 'One job, with its result once it has one',
    request: job,
    responses: { 200: { description: 'Answered.', content: json(jobWithResult) }, ...failures(...GUARDED, 404) },
  }),
  createRoute({
    method: 'delete',
    path: '/v1/jobs/{id}',
    summary: 'End a job',
    request: job,
    responses: {
      200: { description: 'It had ended before, and is as it was.', content: json(jobWithResult) },
      202: {
        description: 'Its server is told; it ends when that says so, or after 10 s.',
        content: json(jobWithResult),
      },
      ...failures(...GUARDED, 404),
    },
  }),
  createRoute({
    method: 'get',
    path: '/v1/jobs/{id}/events',
    summary: 'Follow a job: state, progress, log, end; Last-Event-ID resumes',
    request: job,
    responses: {
      200: {
        description: 'The stream; it ends with the job.',
        content: { 'text/event-stream': { schema: z.string() } },
      },
      204: { description: 'The job is over, and the reader has seen its end.' },
      ...failures(...GUARDED, 400, 404, 503),
    },
  }),
];
