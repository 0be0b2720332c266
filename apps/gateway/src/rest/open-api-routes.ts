import { createRoute, type RouteConfig, z } from '@hono/zod-openapi';
import {
  callAnswer,
  callBatchAnswer,
  describeAnswer,
  errorAnswer,
  loadSkillAnswer,
  searchAnswer,
} from '../operations/answers/answer-schemas.ts';
import {
  callBatchBody,
  callBody,
  describeBody,
  instanceCallBody,
  loadSkillBody,
  searchBody,
} from '../operations/requests/request-schemas.ts';
import { contextAnswer, instancesAnswer, skillsAnswer } from './information-schemas.ts';
import { jobRowAnswer } from './jobs/job-schemas.ts';
import {
  deregisterAnswer,
  deregisterBody,
  heartbeatAnswer,
  heartbeatBody,
  registerAnswer,
  registerBody,
} from './registration/registration-schemas.ts';

type Responses = RouteConfig['responses'];

export function json(schema: z.ZodType): { 'application/json': { schema: z.ZodType } } {
  return { 'application/json': { schema } };
}

const FAILURES: Readonly<Record<number, string>> = {
  400: 'The body or the arguments are wrong; the message names the field.',
  401: 'A bearer token is missing or not valid.',
  403: 'Policy, or the page that asks (its Origin), is not allowed.',
  404: 'No such tool, skill or instance.',
  409: 'Ambiguous, the skill is not loaded, or the instance is known with another address.',
  410: 'The instance has left.',
  413: 'The body is too large.',
  429: 'Too many requests; Retry-After says how long to wait.',
  500: 'The gateway failed.',
  502: 'The server behind the tool failed.',
  503: 'Not ready, its queue is full, or the gateway is shutting down.',
  504: 'The tool took too long.',
};

/** Answers in the error envelope. */
export function failures(...statuses: readonly number[]): Responses {
  return Object.fromEntries(
    statuses.map((status) => [status, { description: FAILURES[status] ?? '', content: json(errorAnswer) }]),
  );
}

/** Of every route that the gateway's own authentication guards. */
const GUARDED = [401, 403, 500] as const;
const COMMON = [...GUARDED, 400, 413, 429, 503] as const;
const TOOL = [...COMMON, 404, 409, 410, 502, 504] as const;

/** A call that is asked for as a job: by `meta."dcc.async"`, or `Prefer: respond-async`. */
const ACCEPTED: Responses = {
  202: { description: 'The call goes on as a job; Location says where.', content: json(jobRowAnswer) },
};

/** What a route takes, gives and may end with. */
interface PostShape {
  readonly body: z.ZodType;
  readonly answer: z.ZodType;
  readonly statuses: readonly number[];
  readonly more?: Responses;
}

function post(path: string, summary: string, { body, answer, statuses, more = {} }: PostShape): RouteConfig {
  return createRoute({
    method: 'post',
    path,
    summary,
    request: { body: { required: true, content: json(body) } },
    responses: { 200: { description: 'Answered.', content: json(answer) }, ...more, ...failures(...statuses) },
  });
}

interface GetShape {
  readonly answer: z.ZodType;
  readonly more?: Responses;
}

function get(path: string, summary: string, { answer, more = {} }: GetShape): RouteConfig {
  return createRoute({
    method: 'get',
    path,
    summary,
    responses: { 200: { description: 'Answered.', content: json(answer) }, ...more },
  });
}

function slugParams(): z.ZodObject {
  return z.object({ slug: z.string().meta({ description: 'A tool_slug.' }) });
}

function instanceParams(): z.ZodObject {
  return z.object({
    dcc: z.string().meta({ description: 'The host type.' }),
    id: z.string().meta({ description: 'The instance id, or four first digits or more.' }),
  });
}

/** The operations and what the gateway tells of itself under `/v1`, with the schemas that also check what comes in: the source of `/v1/openapi.json`. */
export const openApiRoutes: readonly RouteConfig[] = [
  post('/v1/search', 'Find tools', { body: searchBody, answer: searchAnswer, statuses: COMMON }),
  post('/v1/describe', 'Look at one tool', { body: describeBody, answer: describeAnswer, statuses: TOOL }),
  createRoute({
    method: 'get',
    path: '/v1/tools/{slug}',
    summary: 'Look at one tool',
    request: { params: slugParams() },
    responses: { 200: { description: 'Answered.', content: json(describeAnswer) }, ...failures(...TOOL) },
  }),
  post('/v1/load_skill', 'Load a group of tools', { body: loadSkillBody, answer: loadSkillAnswer, statuses: TOOL }),
  post('/v1/unload_skill', 'Unload a group of tools', { body: loadSkillBody, answer: loadSkillAnswer, statuses: TOOL }),
  post('/v1/call', 'Call one tool', { body: callBody, answer: callAnswer, statuses: TOOL, more: ACCEPTED }),
  post('/v1/call_batch', 'Call tools in order', { body: callBatchBody, answer: callBatchAnswer, statuses: COMMON }),
  createRoute({
    method: 'post',
    path: '/v1/dcc/{dcc}/instances/{id}/call',
    summary: 'Call one tool of a known instance',
    request: { params: instanceParams(), body: { required: true, content: json(instanceCallBody) } },
    responses: { 200: { description: 'Answered.', content: json(callAnswer) }, ...ACCEPTED, ...failures(...TOOL) },
  }),
  createRoute({
    method: 'get',
    path: '/v1/dcc/{dcc}/instances/{id}/describe',
    summary: 'Look at one tool of a known instance',
    request: {
      params: instanceParams(),
      query: z.object({ backend_tool: z.string().meta({ description: 'The tool, as the instance names it.' }) }),
    },
    responses: { 200: { description: 'Answered.', content: json(describeAnswer) }, ...failures(...TOOL) },
  }),
  post('/v1/instances/register', 'Say where an instance is', {
    body: registerBody,
    answer: registerAnswer,
    statuses: [...GUARDED, 400, 409, 413, 503],
  }),
  post('/v1/instances/heartbeat', 'Say that an instance lives', {
    body: heartbeatBody,
    answer: heartbeatAnswer,
    statuses: [...GUARDED, 400, 404, 413, 503],
  }),
  post('/v1/instances/deregister', 'Say that an instance leaves', {
    body: deregisterBody,
    answer: deregisterAnswer,
    statuses: [...GUARDED, 400, 404, 413, 503],
  }),
  get('/v1/instances', 'The servers behind the gateway', { answer: instancesAnswer, more: failures(...GUARDED, 400) }),
  get('/v1/skills', 'The groups of tools', { answer: skillsAnswer, more: failures(...GUARDED, 400) }),
  get('/v1/context', 'The gateway at a glance', { answer: contextAnswer, more: failures(...GUARDED, 400) }),
];
