import { errorEnvelope, type RequestContext, responseHeaders, type SearchAnswer } from '@dcc-mcp/request-context';
import type { ResponseSurface } from '@dcc-mcp/semantic-conventions';
import { jsonReply, type Reply, withHeader } from '../http/reply.ts';
import type { RouteRequest } from '../http/route-table.ts';
import { batchAnswer, callAnswer, hasAnswered } from '../operations/call-answer.ts';
import { callBatch } from '../operations/call-batch.ts';
import { callTool } from '../operations/call.ts';
import type { Caller, OperationCore } from '../operations/core.ts';
import { describeTool } from '../operations/describe.ts';
import { loadSkill } from '../operations/load-skill.ts';
import { httpStatusOfError, type OperationError } from '../operations/operation-error.ts';
import type { OperationResult } from '../operations/operation-result.ts';
import {
  parseCall,
  parseCallBatch,
  parseDescribe,
  parseInstanceCall,
  parseLoadSkill,
  parseSearch,
} from '../operations/parse-request.ts';
import { refuseRequest } from '../operations/refuse.ts';
import { searchTools } from '../operations/search.ts';
import { toBatchItem, toLoadSkillInput } from '../operations/to-operation-input.ts';
import { whyNotJson, parseBoundedJson } from '../protocol/bounded-json.ts';
import { isJsonObject } from '../protocol/json-rpc.ts';
import { restCaller } from './rest-caller.ts';

/** Answers one workflow operation. */
export type RestHandler = (rest: RouteRequest) => Promise<Reply>;

type BodyHandler = (body: unknown, caller: Caller, rest: RouteRequest) => Promise<Reply>;

/** The workflow operations over REST, by route. */
export function restRoutes(core: OperationCore, bodyLimitBytes: number): Readonly<Record<string, RestHandler>> {
  const post = (handler: BodyHandler): RestHandler => withBody(core, bodyLimitBytes, handler);
  const sized = (surface: ResponseSurface, handler: RestHandler): RestHandler => withSize(core, surface, handler);
  return {
    'POST /v1/search': sized(
      'search',
      post((body, caller) => search(core, caller, body)),
    ),
    'POST /v1/describe': sized(
      'describe',
      post((body, caller) => describe(core, caller, body)),
    ),
    'GET /v1/tools/:slug': sized('describe', (rest) =>
      describe(core, restCaller(core, rest.http, rest.authSubject, undefined), { tool_slug: rest.params['slug'] }),
    ),
    'POST /v1/load_skill': post((body, caller) => load(core, caller, body, 'load')),
    'POST /v1/unload_skill': post((body, caller) => load(core, caller, body, 'unload')),
    'POST /v1/call': sized(
      'call',
      post((body, caller) => call(core, caller, body)),
    ),
    'POST /v1/call_batch': sized(
      'call',
      post((body, caller) => batch(core, caller, body)),
    ),
    'POST /v1/dcc/:dcc/instances/:id/call': sized(
      'call',
      post((body, caller, rest) => instanceCall(core, caller, body, rest)),
    ),
    'GET /v1/dcc/:dcc/instances/:id/describe': sized('describe', (rest) => instanceDescribe(core, rest)),
  };
}

/** Counts what an answer costs a model to read. */
function withSize(core: OperationCore, surface: ResponseSurface, handler: RestHandler): RestHandler {
  return async (rest) => {
    const reply = await handler(rest);
    core.recorder.responseSize(surface, Number(reply.headers['content-length']));
    return reply;
  };
}

/** Reads and parses the body. What is no JSON never reaches an operation, and is counted nowhere. */
function withBody(core: OperationCore, bodyLimitBytes: number, handler: BodyHandler): RestHandler {
  return async (rest) => {
    const { http, authSubject } = rest;
    const reading = await http.readBody(bodyLimitBytes);
    const refuse = (error: OperationError): Reply => failure(error, restCaller(core, http, authSubject, undefined).ctx);
    if (!reading.ok) {
      return refuse({ kind: 'payload-too-large', message: `The body is larger than ${bodyLimitBytes} bytes` });
    }
    let body: unknown;
    try {
      body = parseBoundedJson(reading.text);
    } catch (error) {
      return refuse({ kind: 'bad-request', message: `The body is ${whyNotJson(error)}` });
    }
    return handler(body, restCaller(core, http, authSubject, body), rest);
  };
}

async function search(core: OperationCore, caller: Caller, body: unknown): Promise<Reply> {
  const parsed = parseSearch(body);
  if (!parsed.ok) {
    return failure(refuseRequest(core, caller, 'gateway.search', parsed.message), caller.ctx);
  }
  const result = await searchTools(core, caller, parsed.value);
  if (!result.ok) {
    return failure(result.error, caller.ctx);
  }
  const { search_id: searchId, ranker_version: rankerVersion } = result.value;
  return json(result.value, 200, caller.ctx, { searchId, rankerVersion });
}

async function describe(core: OperationCore, caller: Caller, body: unknown): Promise<Reply> {
  const parsed = parseDescribe(body);
  return parsed.ok
    ? answer(await describeTool(core, caller, parsed.value.tool_slug), caller.ctx)
    : failure(refuseRequest(core, caller, 'gateway.describe', parsed.message), caller.ctx);
}

async function load(core: OperationCore, caller: Caller, body: unknown, action: 'load' | 'unload'): Promise<Reply> {
  const parsed = parseLoadSkill(body);
  return parsed.ok
    ? answer(await loadSkill(core, caller, { ...toLoadSkillInput(parsed.value), action }), caller.ctx)
    : failure(refuseRequest(core, caller, 'gateway.load_skill', parsed.message), caller.ctx);
}

async function call(core: OperationCore, caller: Caller, body: unknown): Promise<Reply> {
  const parsed = parseCall(body);
  if (!parsed.ok) {
    return runCall(core, caller, namedSlug(body), undefined, parsed.message);
  }
  return runCall(core, caller, parsed.value.tool_slug, parsed.value.arguments, undefined);
}

/** The slug in a body that is wrong elsewhere: what was refused is told of the tool it named. */
function namedSlug(body: unknown): string {
  const slug = isJsonObject(body) ? body['tool_slug'] : undefined;
  return typeof slug === 'string' ? slug : '';
}

async function runCall(
  core: OperationCore,
  caller: Caller,
  toolSlug: string,
  args: unknown,
  problem: string | undefined,
): Promise<Reply> {
  const result = await callTool(core, caller, {
    toolSlug,
    arguments: args,
    ...(problem === undefined ? {} : { problem }),
  });
  if (result.error !== undefined && !hasAnswered(result)) {
    return failure(result.error, caller.ctx);
  }
  return json(callAnswer(result, toolSlug, caller.ctx), 200, caller.ctx);
}

async function batch(core: OperationCore, caller: Caller, body: unknown): Promise<Reply> {
  const parsed = parseCallBatch(body);
  if (!parsed.ok) {
    return failure(refuseRequest(core, caller, 'gateway.call_batch', parsed.message), caller.ctx);
  }
  const { calls, stop_on_error: stopOnError } = parsed.value;
  const result = await callBatch(core, caller, calls.map(toBatchItem), stopOnError ?? false);
  return json(batchAnswer(result), 200, caller.ctx);
}

async function instanceCall(core: OperationCore, caller: Caller, body: unknown, rest: RouteRequest): Promise<Reply> {
  const parsed = parseInstanceCall(body);
  if (!parsed.ok) {
    return runCall(core, caller, '', undefined, parsed.message);
  }
  const { backend_tool: backendTool, tool, action, arguments: args } = parsed.value;
  return runCall(core, caller, instanceSlug(core, rest, backendTool ?? tool ?? action ?? ''), args, undefined);
}

async function instanceDescribe(core: OperationCore, rest: RouteRequest): Promise<Reply> {
  const caller = restCaller(core, rest.http, rest.authSubject, undefined);
  const query = rest.http.query;
  const tool = query.get('backend_tool') ?? query.get('tool') ?? query.get('action') ?? '';
  if (tool === '') {
    const message = 'the query parameter backend_tool is required, the tool as the instance names it';
    return failure(refuseRequest(core, caller, 'gateway.describe', message), caller.ctx);
  }
  return answer(await describeTool(core, caller, instanceSlug(core, rest, tool)), caller.ctx);
}

/** The slug of a tool of the one instance that the path names, by its id or four first digits or more; of none, when several have them. */
function instanceSlug(core: OperationCore, { params }: RouteRequest, backendTool: string): string {
  const { dcc = '', id = '' } = params;
  const isNamed = (instanceId: string): boolean => id.length >= 4 && instanceId.startsWith(id.toLowerCase());
  const named = core.upstreams.all().filter(({ settings }) => settings.dccType === dcc && isNamed(settings.instanceId));
  const [only] = named.length === 1 ? named : [];
  return `${dcc}.${only?.settings.instanceId ?? id}.${backendTool}`;
}

function answer(result: OperationResult<object>, ctx: RequestContext): Reply {
  return result.ok ? json(result.value, 200, ctx) : failure(result.error, ctx);
}

/** The error envelope with its status. */
export function failure(error: OperationError, ctx: RequestContext): Reply {
  const reply = json(errorEnvelope(error, ctx), httpStatusOfError(error), ctx);
  const { retryAfterSeconds } = error;
  return retryAfterSeconds === undefined ? reply : withHeader(reply, 'retry-after', String(retryAfterSeconds));
}

function json(body: object, status: number, ctx: RequestContext, found?: SearchAnswer): Reply {
  return jsonReply(body, status, responseHeaders(ctx, found));
}
