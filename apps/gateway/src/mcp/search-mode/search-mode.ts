import { type ArgumentsForm, readArguments } from '../../arguments/argument-form.ts';
import { batchAnswer, callAnswer } from '../../operations/call-answer.ts';
import { callBatch } from '../../operations/call-batch.ts';
import { callTool, type CallResult } from '../../operations/call.ts';
import type { Caller, OperationCore } from '../../operations/core.ts';
import { describeTool } from '../../operations/describe.ts';
import { loadSkill } from '../../operations/load-skill.ts';
import type { OperationResult } from '../../operations/operation-result.ts';
import { parseCallTool, parseDescribe, parseLoadSkill, parseSearch } from '../../operations/parse-request.ts';
import { refuseRequest } from '../../operations/refuse.ts';
import type { CallBatchItem } from '../../operations/request-schemas.ts';
import { searchTools } from '../../operations/search.ts';
import { toBatchItem, toLoadSkillInput } from '../../operations/to-operation-input.ts';
import {
  asList,
  isJsonObject,
  type JsonObject,
  type JsonRpcRequest,
  type JsonValue,
  toJsonObject,
} from '../../protocol/json-rpc.ts';
import { ERROR_INVALID_PARAMS, McpError } from '../../protocol/mcp-protocol.ts';
import { mcpCaller } from '../exchange/caller.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { McpHandler, McpMode } from '../server/mcp-mode.ts';
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
      ['resources/read', async (request) => resources.read(request)],
      ['resources/subscribe', (request, exchange) => resources.subscribe(request, exchange)],
      ['resources/unsubscribe', (request, exchange) => resources.unsubscribe(request, exchange)],
    ]);
  }

  /** The gateway's own tools are none of the catalog. */
  toolLabel(): undefined {
    return undefined;
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

  async #toolsCall(request: JsonRpcRequest, exchange: Exchange): Promise<JsonObject> {
    const { name, arguments: given } = request.params ?? {};
    if (typeof name !== 'string') {
      throw new McpError(ERROR_INVALID_PARAMS, 'tools/call needs name, a string');
    }
    const form = readArguments(given);
    const caller = mcpCaller(this.#core, request, exchange, form.ok ? form.value : {});
    switch (name) {
      case 'search':
        return this.#search(caller, form, exchange);
      case 'describe':
        return this.#describe(caller, form);
      case 'load_skill':
        return this.#loadSkill(caller, form);
      case 'call':
        return this.#call(caller, form);
      default:
        throw new McpError(
          ERROR_INVALID_PARAMS,
          `Unknown tool: ${name}. This gateway has search, describe, load_skill and call; upstream tools are called through call with their tool_slug`,
        );
    }
  }

  async #search(caller: Caller, form: ArgumentsForm, exchange: Exchange): Promise<JsonObject> {
    const parsed = form.ok ? parseSearch(form.value) : form;
    if (!parsed.ok) {
      return errorResult(refuseRequest(this.#core, caller, 'gateway.search', parsed.message), caller.ctx);
    }
    const result = await searchTools(this.#core, caller, parsed.value);
    if (result.ok) {
      const { search_id: searchId, ranker_version: rankerVersion } = result.value;
      exchange.identify?.(caller.ctx, { searchId, rankerVersion });
    }
    return answer(caller, result);
  }

  async #describe(caller: Caller, form: ArgumentsForm): Promise<JsonObject> {
    const parsed = form.ok ? parseDescribe(form.value) : form;
    return parsed.ok
      ? answer(caller, await describeTool(this.#core, caller, parsed.value.tool_slug))
      : errorResult(refuseRequest(this.#core, caller, 'gateway.describe', parsed.message), caller.ctx);
  }

  async #loadSkill(caller: Caller, form: ArgumentsForm): Promise<JsonObject> {
    const parsed = form.ok ? parseLoadSkill(form.value) : form;
    return parsed.ok
      ? answer(caller, await loadSkill(this.#core, caller, toLoadSkillInput(parsed.value)))
      : errorResult(refuseRequest(this.#core, caller, 'gateway.load_skill', parsed.message), caller.ctx);
  }

  async #call(caller: Caller, form: ArgumentsForm): Promise<JsonObject> {
    const parsed = form.ok ? parseCallTool(form.value) : form;
    const args = form.ok ? form.value : {};
    if (!parsed.ok && args['calls'] !== undefined) {
      return errorResult(refuseRequest(this.#core, caller, 'gateway.call_batch', parsed.message), caller.ctx);
    }
    if (parsed.ok && parsed.value.calls !== undefined) {
      return this.#batch(caller, parsed.value.calls, parsed.value.stop_on_error ?? false);
    }
    const toolSlug = typeof args['tool_slug'] === 'string' ? args['tool_slug'] : '';
    const input = { toolSlug, arguments: args['arguments'], ...(parsed.ok ? {} : { problem: parsed.message }) };
    const call = await callTool(this.#core, caller, input);
    return toolResult(callAnswer(call, toolSlug, caller.ctx), call.error !== undefined, otherBlocks(call));
  }

  async #batch(caller: Caller, calls: readonly CallBatchItem[], stopOnError: boolean): Promise<JsonObject> {
    const batch = await callBatch(this.#core, caller, calls.map(toBatchItem), stopOnError);
    const blocks = batch.results.flatMap(({ call }) => otherBlocks(call));
    return toolResult(batchAnswer(batch), !batch.success, blocks);
  }
}

function answer(caller: Caller, result: OperationResult<object>): JsonObject {
  return result.ok ? toolResult(toJsonObject(result.value), false) : errorResult(result.error, caller.ctx);
}

/** What the upstream gave beside text: images, audio, resources. */
function otherBlocks({ result }: CallResult): readonly JsonValue[] {
  return asList(result?.['content']).filter((block) => isJsonObject(block) && block['type'] !== 'text');
}
