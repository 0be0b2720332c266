import { responseHeaders } from '@dcc-mcp/request-context';
import { whyNotKnown } from '../http/query-parameters.ts';
import { jsonReply, jsonTextReply } from '../http/reply.ts';
import type { RouteRequest, RouteTable } from '../http/route-table.ts';
import { batchAnswer, callAnswer } from '../operations/answers/call-answer.ts';
import { describeAnswer } from '../operations/answers/describe-answer.ts';
import { callBatchOperation } from '../operations/definitions/call-batch.ts';
import { callOperation, type CallRequest, toCallRequest } from '../operations/definitions/call.ts';
import { describeOperation } from '../operations/definitions/describe.ts';
import { loadSkillOperation, unloadSkillOperation } from '../operations/definitions/load-skill.ts';
import { searchOperation } from '../operations/definitions/search.ts';
import type { OperationCore } from '../operations/frame/core.ts';
import type { ParsedRequest } from '../operations/frame/operation-definition.ts';
import { isName, MAX_NAME_BYTES } from '../operations/requests/bounded-input.ts';
import { parseInstanceCall } from '../operations/requests/parse-request.ts';
import type { DescribeBody } from '../operations/requests/request-schemas.ts';
import type { Upstreams } from '../registry/table/upstreams.ts';
import { runCall } from './jobs/run-call.ts';
import { type RestOperationOf, RestOperations } from './rest-operation.ts';

/** The workflow operations over REST, by route. */
export function restRoutes(core: OperationCore, bodyLimitBytes: number): RouteTable {
  const { upstreams } = core;
  const operations = new RestOperations(core, bodyLimitBytes);
  return {
    'POST /v1/search': operations.post(search),
    'POST /v1/describe': operations.post(describe),
    'GET /v1/tools/:slug': operations.get({
      ...describe,
      parse: (_body, route) => toolDescribe(route),
    }),
    'POST /v1/load_skill': operations.post({ definition: loadSkillOperation }),
    'POST /v1/unload_skill': operations.post({ definition: unloadSkillOperation }),
    'POST /v1/call': operations.post(call),
    'POST /v1/call_batch': operations.post(callBatch),
    'POST /v1/dcc/:dcc/instances/:id/call': operations.post({
      ...call,
      parse: (body, route) => instanceCall(body, route, upstreams),
    }),
    'GET /v1/dcc/:dcc/instances/:id/describe': operations.get({
      ...describe,
      parse: (_body, route) => instanceDescribe(route, upstreams),
    }),
  };
}

const search = {
  definition: searchOperation,
  surface: 'search',
  reply: ({ value }, ctx) => {
    const { search_id: searchId, ranker_version: rankerVersion } = value;
    return jsonReply(value, 200, responseHeaders(ctx, { searchId, rankerVersion }));
  },
} satisfies RestOperationOf<typeof searchOperation>;

const describe = {
  definition: describeOperation,
  surface: 'describe',
  reply: ({ value }, ctx) => jsonTextReply(describeAnswer(value).text, 200, responseHeaders(ctx)),
} satisfies RestOperationOf<typeof describeOperation>;

const call = {
  definition: callOperation,
  surface: 'call',
  run: runCall,
  reply: (end, ctx) => jsonTextReply(callAnswer(end, ctx).body.text, 200, responseHeaders(ctx)),
} satisfies RestOperationOf<typeof callOperation>;

const callBatch = {
  definition: callBatchOperation,
  surface: 'call',
  reply: ({ value }, ctx) => jsonTextReply(batchAnswer(value).body.text, 200, responseHeaders(ctx)),
} satisfies RestOperationOf<typeof callBatchOperation>;

function instanceCall(body: unknown, route: RouteRequest, upstreams: Upstreams): ParsedRequest<CallRequest> {
  const parsed = parseInstanceCall(body);
  if (!parsed.ok) {
    return { ok: false, message: parsed.message, request: toCallRequest('', undefined) };
  }
  const { backend_tool: backendTool, tool, action, arguments: args } = parsed.value;
  const slug = instanceSlug(route, backendTool ?? tool ?? action ?? '', upstreams);
  return isName(slug)
    ? { ok: true, value: toCallRequest(slug, args) }
    : {
        ok: false,
        message: `the path and backend_tool must have at most ${MAX_NAME_BYTES} bytes together`,
        request: toCallRequest('', args),
      };
}

function toolDescribe({ http, params }: RouteRequest): ParsedRequest<DescribeBody> {
  const message = whyNotKnown(http.query, []);
  return message === undefined ? describeOperation.parse({ tool_slug: params['slug'] }) : { ok: false, message };
}

/** Names of the parameter that says which tool is meant; the first counts. */
const TOOL_PARAMETERS = ['backend_tool', 'tool', 'action'];

function instanceDescribe(route: RouteRequest, upstreams: Upstreams): ParsedRequest<DescribeBody> {
  const { query } = route.http;
  const message = whyNotKnown(query, TOOL_PARAMETERS);
  if (message !== undefined) {
    return { ok: false, message };
  }
  const [tool = ''] = TOOL_PARAMETERS.flatMap((name) => query.get(name) ?? []);
  return tool === ''
    ? { ok: false, message: 'the query parameter backend_tool is required, the tool as the instance names it' }
    : describeOperation.parse({ tool_slug: instanceSlug(route, tool, upstreams) });
}

/** The slug of a tool of the one instance that the path names, by its id or four first digits or more; of none, when several have them. */
function instanceSlug({ params }: RouteRequest, backendTool: string, upstreams: Upstreams): string {
  const { dcc = '', id = '' } = params;
  const isNamed = (instanceId: string): boolean => id.length >= 4 && instanceId.startsWith(id.toLowerCase());
  const named = upstreams.all().filter(({ settings }) => settings.dccType === dcc && isNamed(settings.instanceId));
  const [only] = named.length === 1 ? named : [];
  return `${dcc}.${only?.settings.instanceId ?? id}.${backendTool}`;
}
