import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import type { RequestContext } from '@dcc-mcp/request-context';
import { type ArgumentsForm, readArguments } from '../../arguments/check/argument-form.ts';
import { metricLabelOf } from '../../catalog/tool-record.ts';
import { batchAnswer, callAnswer } from '../../operations/answers/call-answer.ts';
import { describeAnswer } from '../../operations/answers/describe-answer.ts';
import { jobRow } from '../../operations/answers/job-answer.ts';
import { callBatchOperation, toParsedBatch } from '../../operations/definitions/call-batch.ts';
import { callOperation, toParsedCall } from '../../operations/definitions/call.ts';
import { describeOperation } from '../../operations/definitions/describe.ts';
import { loadSkillOperation } from '../../operations/definitions/load-skill.ts';
import { searchOperation } from '../../operations/definitions/search.ts';
import type { OperationContext, OperationCore } from '../../operations/frame/core.ts';
import type { OperationDefinition, OperationEnd, ParsedRequest } from '../../operations/frame/operation-definition.ts';
import type { OperationError } from '../../operations/frame/operation-error.ts';
import { runOperation } from '../../operations/frame/run-operation.ts';
import type { TaskAnswer } from '../../operations/jobs/kept-result.ts';
import { startJob } from '../../operations/jobs/start-job.ts';
import { MAX_NAME_BYTES } from '../../operations/requests/bounded-input.ts';
import { exactBody } from '../../operations/requests/exact-body.ts';
import { parseCallTool } from '../../operations/requests/parse-request.ts';
import { isJsonObject, type JsonObject, type JsonRpcRequest, toJsonObject } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import { ERROR_INVALID_PARAMS, McpError } from '../../protocol/mcp-protocol.ts';
import { mcpCaller } from '../exchange/caller.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { type FailedResult, resultOf } from '../exchange/failed-result.ts';
import type { McpHandler, McpMode } from '../server/mcp-mode.ts';
import { toTaskAnswer } from '../tasks/task-answer.ts';
import { createdTask } from '../tasks/task-view.ts';
import { type WantedJob, wantedOfCall } from '../tasks/wanted-job.ts';
import { GatewayResources } from './gateway-resources.ts';
import { mcpToolDefinitions } from './tool-definitions.ts';
import { errorResult, toolResult } from './tool-result.ts';

const INSTRUCTIONS =
  'Tools of many servers are behind this gateway. Find one with search, look at it with describe, load its skill with load_skill if it is not loaded, then run it with call. Pass meta.search_id of the search on to each step.';

/** `--expose search`: the four gateway tools and the gateway's own resources. */
export class SearchMode implements McpMode {
  readonly handlers: ReadonlyMap<string, McpHandler>;
  readonly #core: OperationCore;
  readonly #tools: readonly JsonObject[];

  constructor(core: OperationCore) {
    this.#core = core;
    this.#tools = mcpToolDefinitions();
    const resources = new GatewayResources(core);
    this.handlers = new Map<string, McpHandler>([
      ['tools/list', async () => ({ tools: this.#tools })],
      ['tools/call', (request, exchange) => this.#toolsCall(request, exchange)],
      ['prompts/list', async () => ({ prompts: [] })],
      ['resources/list', async () => resources.list()],
      ['resources/templates/list', async () => resources.templates()],
      ['resources/read', async (request, exchange) => resources.read(request, exchange)],
      ['resources/subscribe', (request, exchange) => resources.subscribe(request, exchange)],
      ['resources/unsubscribe', (request, exchange) => resources.unsubscribe(request, exchange)],
    ]);
  }

  /** The gateway's own tools are none of the catalog; the tool that `call` names may be. */
  toolLabel({ method, params }: JsonRpcRequest): string | undefined {
    const args = method === 'tools/call' && params?.['name'] === 'call' ? params['arguments'] : undefined;
    const slug = isJsonObject(args) ? args['tool_slug'] : undefined;
    return typeof slug === 'string' ? metricLabelOf(this.#core.catalog.get(slug)) : undefined;
  }

  onlyLooks(tool: unknown): boolean {
    return tool === 'search' || tool === 'describe';
  }

  hasOwnSpan({ method, params }: JsonRpcRequest): boolean {
    return method === 'tools/call' && this.#tools.some(({ name }) => name === params?.['name']);
  }

  async capabilities(): Promise<JsonObject> {
    return { tools: {}, logging: {}, resources: { subscribe: true } };
  }

  instructions(): string {
    return INSTRUCTIONS;
  }

  /** The gateway knows of its own resources without asking. */
  subscriptionsChanged(): void {}

  /** Resources of upstreams are not offered. */
  listenedAs(): readonly string[] {
    return [];
  }

  /** Those that everyone may read. */
  async checkListening(): Promise<void> {}

  #toolsCall(request: JsonRpcRequest, exchange: Exchange): ReturnType<McpHandler> {
    const { name, arguments: given } = request.params ?? {};
    if (typeof name !== 'string') {
      throw new McpError(ERROR_INVALID_PARAMS, 'tools/call needs name, a string');
    }
    const form = readArguments(request.rawParams?.get('arguments') ?? given);
    const args = form.ok ? form.value : {};
    const wanted = name === 'call' ? wantedOfCall(this.#core, exchange, args) : undefined;
    const caller = mcpCaller(this.#core, { request, exchange: wanted?.exchange ?? exchange, ownArguments: args });
    const context = { core: this.#core, caller };
    switch (name) {
      case 'search':
        return search(form, context, exchange);
      case 'describe':
        return describe(form, context);
      case 'load_skill':
        return answer(loadSkillOperation, form, context);
      case 'call':
        return form.ok && args['calls'] !== undefined ? callBatch(form.raw, context) : call(form, context, wanted);
      default:
        throw new McpError(
          ERROR_INVALID_PARAMS,
          `Unknown tool: ${sanitizeText(name, MAX_NAME_BYTES)}. This gateway has search, describe, load_skill and call; upstream tools are called through call with their tool_slug`,
        );
    }
  }
}

async function search(form: ArgumentsForm, context: OperationContext, exchange: Exchange): ReturnType<McpHandler> {
  const { ctx } = context.caller;
  const end = await runOperation(searchOperation, parse(searchOperation, form), context);
  if (end.value !== undefined) {
    const { search_id: searchId, ranker_version: rankerVersion } = end.value;
    exchange.identify?.(ctx, { searchId, rankerVersion });
  }
  return toToolResult(end, ctx);
}

async function describe(form: ArgumentsForm, context: OperationContext): ReturnType<McpHandler> {
  const { value, error, outcome } = await runOperation(describeOperation, parse(describeOperation, form), context);
  return value === undefined
    ? resultOf(outcome, errorResult(error ?? NO_ANSWER, context.caller.ctx))
    : toolResult(describeAnswer(value), false);
}

async function answer<Request, Target, Value extends object>(
  definition: OperationDefinition<Request, Target, Value>,
  form: ArgumentsForm,
  context: OperationContext,
): ReturnType<McpHandler> {
  return toToolResult(await runOperation(definition, parse(definition, form), context), context.caller.ctx);
}

async function call(
  form: ArgumentsForm,
  context: OperationContext,
  wanted: WantedJob | undefined,
): ReturnType<McpHandler> {
  const args = form.ok ? exactBody(form.raw) : {};
  const input = toParsedCall(form.ok ? parseCallTool(args) : form, args);
  const answerOf = (end: OperationEnd<RawJson>): RawJson => toCallResult(end, context.caller.ctx);
  if (wanted === undefined) {
    const end = await runOperation(callOperation, input, context);
    return resultOf(end.outcome, answerOf(end));
  }
  const { job, isTask } = wanted;
  const toTask = isTask ? (end: OperationEnd<RawJson>): TaskAnswer => toTaskAnswer(end, answerOf) : undefined;
  const started = await startJob({ job, request: input, context, toTask });
  if (started.job === undefined) {
    return resultOf(started.end.outcome, answerOf(started.end));
  }
  const { record } = started.job;
  return isTask
    ? createdTask(record, context.core.jobs.retentionMillis)
    : toolResult(jobRow(record, Date.now()), false);
}

function toCallResult(end: OperationEnd<RawJson>, ctx: RequestContext): RawJson {
  const { body, blocks } = callAnswer(end, ctx);
  return toolResult(body, end.error !== undefined, blocks);
}

async function callBatch(args: RawJson, context: OperationContext): ReturnType<McpHandler> {
  const input = toParsedBatch(parseCallTool(exactBody(args)));
  const { value, error, outcome } = await runOperation(callBatchOperation, input, context);
  if (value === undefined) {
    return resultOf(outcome, errorResult(error ?? NO_ANSWER, context.caller.ctx));
  }
  const { body, blocks } = batchAnswer(value);
  return resultOf(outcome, toolResult(body, !value.success, blocks));
}

function parse<Request>(
  definition: Pick<OperationDefinition<Request, never, never>, 'parse'>,
  form: ArgumentsForm,
): ParsedRequest<Request> {
  return form.ok ? definition.parse(form.value) : form;
}

const NO_ANSWER: OperationError = { kind: 'internal', message: 'No answer and no error' };

function toToolResult({ value, error, outcome }: OperationEnd<object>, ctx: RequestContext): RawJson | FailedResult {
  return value === undefined
    ? resultOf(outcome, errorResult(error ?? NO_ANSWER, ctx))
    : toolResult(RawJson.of(toJsonObject(value)), false);
}
