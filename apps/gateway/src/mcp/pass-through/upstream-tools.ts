import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import { callOperation, toCallRequest } from '../../operations/definitions/call.ts';
import type { Caller, OperationCore } from '../../operations/frame/core.ts';
import type { OperationEnd } from '../../operations/frame/operation-definition.ts';
import type { OperationError } from '../../operations/frame/operation-error.ts';
import { Permissions } from '../../operations/frame/permissions.ts';
import { runOperation } from '../../operations/frame/run-operation.ts';
import { startJob } from '../../operations/jobs/start-job.ts';
import { isName, MAX_NAME_BYTES } from '../../operations/requests/bounded-input.ts';
import { isJsonObject, type JsonObject, type JsonRpcError, type JsonRpcRequest } from '../../protocol/json-rpc.ts';
import { exactOf } from '../../protocol/json/exact-values.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import { ERROR_INVALID_PARAMS, McpError } from '../../protocol/mcp-protocol.ts';
import { messageOf } from '../../protocol/thrown-error.ts';
import { type McpCall, mcpCaller } from '../exchange/caller.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { type FailedResult, resultOf } from '../exchange/failed-result.ts';
import { errorResult } from '../search-mode/tool-result.ts';
import type { McpHandler, Reach } from '../server/mcp-mode.ts';
import { toTaskAnswer } from '../tasks/task-answer.ts';
import { createdTask } from '../tasks/task-view.ts';
import { type WantedJob, wantedOfTool } from '../tasks/wanted-job.ts';
import { checkMirroredArguments } from '../transport/mirrored-headers.ts';
import type { UpstreamNames } from './upstream-names.ts';

/** The tools of the upstreams under `--expose all`: a call of one is the operation `call`. */
export class UpstreamTools {
  readonly #core: OperationCore;
  readonly #names: UpstreamNames;

  constructor(core: OperationCore, names: UpstreamNames) {
    this.#core = core;
    this.#names = names;
  }

  /** Those that the client may see, as the hosts list them. */
  list({ scope }: Reach): RawJson {
    const permissions = new Permissions(this.#core, scope);
    const tools = [...this.#core.catalog.records()]
      .filter(({ isStub, needsLoad }) => isStub || !needsLoad) // what the host itself lists
      .filter((record) => permissions.shows(record))
      .map((record) => this.#exposed(record));
    return RawJson.object({ tools: RawJson.list(tools) });
  }

  #exposed(record: ToolRecord): JsonObject | RawJson {
    const name = this.#names.exposed(record);
    const tool = exactOf(record.tool);
    if (name === record.backendTool) {
      return tool;
    }
    return tool instanceof RawJson ? tool.with({ name: JSON.stringify(name) }) : { ...tool, name };
  }

  /** @throws {McpError} The error that the upstream answered with; also for a request that means no tool. */
  async call(request: JsonRpcRequest, exchange: Exchange): ReturnType<McpHandler> {
    const { name, arguments: args } = request.params ?? {};
    if (typeof name !== 'string') {
      return this.#refuseCall(request, exchange, 'tools/call needs name, a string');
    }
    if (!isName(name)) {
      return this.#refuseCall(request, exchange, `name must have 1 to ${MAX_NAME_BYTES} bytes`);
    }
    if (exchange.client.era === 'modern' && exchange.client.transport === 'http') {
      checkMirroredArguments(
        this.#names.tool(name)?.tool['inputSchema'],
        isJsonObject(args) ? args : undefined,
        exchange.headers,
      );
    }
    let wanted: WantedJob | undefined;
    try {
      wanted = wantedOfTool(this.#core, exchange, { record: this.#names.tool(name), request });
    } catch (error) {
      const errorCode = (): number | undefined => (error instanceof McpError ? error.code : undefined);
      const outcome = await this.#recordRefusal(name, { request, exchange, errorCode }, messageOf(error));
      throw error instanceof McpError ? endedAs(outcome, error) : error;
    }
    const caller = mcpCaller(this.#core, { request, exchange: wanted?.exchange ?? exchange, errorCode: codeOfUnknown });
    const raw = request.rawParams;
    const inputs = { inputResponses: raw?.get('inputResponses'), requestState: raw?.get('requestState') };
    const input = toCallRequest(this.#names.toolSlug(name), raw?.get('arguments') ?? args, inputs);
    const context = { core: this.#core, caller };
    if (wanted === undefined) {
      return this.#answer(await runOperation(callOperation, { ok: true, value: input }, context), name, caller);
    }
    const { job } = wanted;
    const started = await startJob({ job, request: { ok: true, value: input }, context, toTask: toTaskAnswer });
    return started.job === undefined
      ? this.#answer(started.end, name, caller)
      : createdTask(started.job.record, this.#core.jobs.retentionMillis);
  }

  /** A call that is refused because its client knows no tasks is recorded as one. */
  async #recordRefusal(name: string, call: McpCall, message: string): Promise<Outcome> {
    const caller = mcpCaller(this.#core, call);
    const input = { ok: false, message, request: toCallRequest(this.#names.toolSlug(name), undefined) } as const;
    return (await runOperation(callOperation, input, { core: this.#core, caller })).outcome;
  }

  #answer(call: OperationEnd<RawJson>, name: string, caller: Caller): RawJson | FailedResult {
    const { outcome, value } = call;
    if (value !== undefined) {
      return resultOf(outcome, value);
    }
    const rpcError = call.failure?.rpcError;
    if (rpcError !== undefined) {
      throw endedAs(outcome, toMcpError(rpcError));
    }
    const error = call.error ?? { kind: 'internal', message: 'No result and no error' };
    const code = codeOfUnknown(error);
    if (code !== undefined) {
      throw new McpError(code, unknownTool(name, error.candidates ?? [], this.#names), { outcome });
    }
    return resultOf(outcome, errorResult(error, caller.ctx));
  }

  /** Refuses a call that names no tool; it is recorded as a call, with a span and a count. */
  async #refuseCall(request: JsonRpcRequest, exchange: Exchange, message: string): ReturnType<McpHandler> {
    const caller = mcpCaller(this.#core, { request, exchange, errorCode: codeOfBadRequest });
    const input = { ok: false, message, request: toCallRequest('', undefined) } as const;
    const { error, outcome } = await runOperation(callOperation, input, { core: this.#core, caller });
    if (error === undefined || codeOfBadRequest(error) !== undefined) {
      throw new McpError(ERROR_INVALID_PARAMS, message, { outcome });
    }
    return resultOf(outcome, errorResult(error, caller.ctx));
  }
}

/** MCP answers a tool that is not there with an error, whatever else goes wrong with a result. */
function codeOfUnknown({ kind }: OperationError): number | undefined {
  return kind === 'unknown-slug' || kind === 'instance-offline' ? ERROR_INVALID_PARAMS : undefined;
}

/** Likewise a call that names none. */
function codeOfBadRequest({ kind }: OperationError): number | undefined {
  return kind === 'bad-request' ? ERROR_INVALID_PARAMS : undefined;
}

/** The error, as the answer to an operation that ended so. */
export function endedAs(outcome: Outcome, error: McpError): McpError {
  error.outcome = outcome;
  return error;
}

/** An error of an upstream, as it gave it. */
export function toMcpError({ code, message, data }: JsonRpcError): McpError {
  return new McpError(code, message, data === undefined ? {} : { data });
}

/**
 * What a caller of a tool that is not there is told, with what is near under the names of the list: a model leaves out the
 * prefix of the server, or has an older list in mind.
 *
 * @param candidates The slugs of tools that are near and that the caller may see.
 */
function unknownTool(called: string, candidates: readonly unknown[], names: UpstreamNames): string {
  const near = candidates.flatMap((slug) => {
    const record = typeof slug === 'string' ? names.tool(slug) : undefined;
    return record === undefined ? [] : [names.exposed(record)];
  });
  const message = `Unknown tool: ${sanitizeText(called, MAX_NAME_BYTES)}`;
  return near.length === 0 ? message : `${message}. Near it in the list: ${near.join(', ')}`;
}
