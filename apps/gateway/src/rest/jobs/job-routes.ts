import type { HttpContext } from '@dcc-mcp/http-adapter';
import { whyNotKnown } from '../../http/query-parameters.ts';
import { emptyReply, errorReply, jsonTextReply, type Reply } from '../../http/reply.ts';
import type { RouteRequest, RouteTable } from '../../http/route-table.ts';
import { isFinished, JOB_STATES } from '../../jobs/job-record.ts';
import type { JobKey, JobQuery } from '../../jobs/job-records.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import { jobAnswer, jobRow } from '../../operations/answers/job-answer.ts';
import type { OperationCore } from '../../operations/frame/core.ts';
import { isName, MAX_NAME_BYTES } from '../../operations/requests/bounded-input.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import { toPrintableLine } from '../../protocol/printable-text.ts';
import { JobStreams } from './job-streams.ts';

const MAX_SHOWN_ID = 128;
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;
const PARAMETERS = ['state', 'tool', 'limit', 'cursor'];

/** Jobs as their owner reads and ends them. To anybody else there are none. */
export function jobRoutes({ jobs }: Pick<OperationCore, 'jobs'>): RouteTable {
  const streams = new JobStreams();
  return {
    'GET /v1/jobs': { guard: 'api', handler: (route) => list(jobs, route) },
    'GET /v1/jobs/:id': { guard: 'api', handler: (route) => show(jobs, route) },
    'DELETE /v1/jobs/:id': { guard: 'api', handler: (route) => cancel(jobs, route) },
    'GET /v1/jobs/:id/events': { guard: 'api', handler: (route) => follow(jobs, streams, route) },
  };
}

async function list(jobs: Jobs, route: RouteRequest): Promise<Reply> {
  const query = readQuery(route.http.query);
  if (typeof query === 'string') {
    return refuse(route, 400, { message: query });
  }
  const { total, jobs: page, next } = await jobs.list({ ...query, owner: ownerOf(route) });
  const now = Date.now();
  const rows = RawJson.list(page.map((job) => jobRow(job, now)));
  return jsonTextReply(RawJson.object({ total, returned: page.length, jobs: rows, next_cursor: next }).text, 200);
}

async function show(jobs: Jobs, route: RouteRequest): Promise<Reply> {
  const job = await jobs.find(keyOf(route));
  return job === undefined ? notFound(route) : jsonTextReply(jobAnswer(job, Date.now()).text, 200);
}

/** 202: the end was asked for and is yet to come. 200: there was nothing to end. */
async function cancel(jobs: Jobs, route: RouteRequest): Promise<Reply> {
  const job = await jobs.cancel(keyOf(route));
  if (job === undefined) {
    return notFound(route);
  }
  if (job === 'unreachable') {
    return refuse(route, 503, { message: 'The gateway that runs the job can not be reached', advice: 'Try again.' });
  }
  return jsonTextReply(jobAnswer(job, Date.now()).text, isFinished(job) ? 200 : 202);
}

async function follow(jobs: Jobs, streams: JobStreams, route: RouteRequest): Promise<Reply> {
  const job = await jobs.follow(keyOf(route));
  if (job === undefined) {
    return notFound(route);
  }
  const opened = streams.open(job, route.http);
  switch (opened.kind) {
    case 'stream':
      return opened.reply;
    case 'nothing-more':
      return emptyReply(204);
    case 'wrong-id':
      return refuse(route, 400, { message: 'Last-Event-ID must be the id of an event of this job, a whole number' });
    case 'too-many':
      return refuse(route, 503, {
        message: 'As many streams of jobs are open as may be; close one, or try again later',
      });
    default:
      return opened satisfies never;
  }
}

function ownerOf({ principal }: RouteRequest): string {
  return principal ?? '';
}

function keyOf(route: RouteRequest): JobKey {
  return { id: route.params['id'] ?? '', owner: ownerOf(route) };
}

/** The query, or what is wrong with it. */
function readQuery(query: HttpContext['query']): Omit<JobQuery, 'owner'> | string {
  const refusal = whyNotKnown(query, PARAMETERS);
  if (refusal !== undefined) {
    return refusal;
  }
  const [state, tool, limit, cursor] = PARAMETERS.map((name) => query.get(name) ?? undefined);
  const known = JOB_STATES.find((each) => each === state);
  if (state !== undefined && known === undefined) {
    return `state must be one of ${JOB_STATES.join(', ')}`;
  }
  if (tool !== undefined && !isName(tool)) {
    return `tool must have 1 to ${MAX_NAME_BYTES} bytes`;
  }
  if (limit !== undefined && !(/^\d{1,3}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= MAX_LIMIT)) {
    return `limit must be a whole number from 1 to ${MAX_LIMIT}`;
  }
  if (cursor !== undefined && !isJobId(cursor)) {
    return 'cursor must be a next_cursor of this list';
  }
  return { state: known, tool, limit: limit === undefined ? DEFAULT_LIMIT : Number(limit), after: cursor };
}

function isJobId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text);
}

function notFound(route: RouteRequest): Reply {
  const id = toPrintableLine(route.params['id'] ?? '', MAX_SHOWN_ID);
  const advice = 'List your jobs with GET /v1/jobs; a finished one is kept for a while only.';
  return refuse(route, 404, { message: `There is no job ${id}`, advice });
}

function refuse(
  route: RouteRequest,
  status: 400 | 404 | 503,
  { message, advice }: { readonly message: string; readonly advice?: string },
): Reply {
  const kind = status === 503 ? 'not-ready' : 'bad-request';
  const error = { kind, message, ...(advice === undefined ? {} : { recommendedNextAction: advice }) } as const;
  return errorReply(error, status, route);
}
