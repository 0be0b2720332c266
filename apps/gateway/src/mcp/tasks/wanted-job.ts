import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { OperationCore } from '../../operations/frame/core.ts';
import { CallJob } from '../../operations/jobs/call-job.ts';
import { ASYNC } from '../../operations/requests/request-schemas.ts';
import { asObject, type JsonObject, type JsonRpcRequest } from '../../protocol/json-rpc.ts';
import { declaresTasks, taskSupportOf } from '../../protocol/mcp-protocol.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { McpClient } from '../exchange/mcp-client.ts';
import { missingTasks } from './task-methods.ts';

/** A call that is to be a job, or may become one. */
export interface WantedJob {
  readonly job: CallJob;
  /** The exchange as the call sees it: what the tool asks goes where the job says. */
  readonly exchange: Exchange;
  /** Whether the client meets it as a task; else as a job, by the address that it is told. */
  readonly isTask: boolean;
}

/** What a client of the tool `call` wants; `undefined`: that its call is answered. */
export function wantedOfCall(
  core: OperationCore,
  exchange: Exchange,
  { async: isAsync, meta, tool_slug: slug }: JsonObject,
): WantedJob | undefined {
  const isTask = knowsTasks(exchange.client);
  const isMarked = isAsync === true || asObject(meta)?.[ASYNC] === true;
  const isAsked = isMarked || (isTask && supportOf(core, slug) === 'required');
  return isAsked ? wanted(core, exchange, { isTask, isAsked }) : undefined;
}

/**
 * What a client of the upstreams' own tools wants. A server of the handshake era is told by its tool whether a task is made
 * of a call; one of the stateless era decides by itself, and the call becomes a task when it has.
 *
 * @throws {McpError} -32021 where the tool needs a client that knows tasks.
 */
export function wantedOfTool(
  core: OperationCore,
  exchange: Exchange,
  { record, request }: { readonly record: ToolRecord | undefined; readonly request: JsonRpcRequest },
): WantedJob | undefined {
  if (exchange.client.era !== 'modern' || record === undefined) {
    return undefined;
  }
  const support = taskSupportOf(record.tool);
  const isHandshake = core.upstreams.get(record.instanceId)?.status.era === 'legacy';
  if (!knowsTasks(exchange.client)) {
    if (support === 'required' && isHandshake) {
      throw missingTasks();
    }
    return undefined;
  }
  const isMarked = asObject(request.params?.['_meta'])?.[ASYNC] === true;
  const isAsked = isMarked || (isHandshake && support !== undefined);
  return isAsked || !isHandshake ? wanted(core, exchange, { isTask: true, isAsked }) : undefined;
}

function knowsTasks({ era, capabilities }: McpClient): boolean {
  return era === 'modern' && declaresTasks(capabilities);
}

function supportOf({ catalog }: OperationCore, slug: unknown): ReturnType<typeof taskSupportOf> {
  const record = typeof slug === 'string' ? catalog.get(slug) : undefined;
  return record && taskSupportOf(record.tool);
}

function wanted(
  core: OperationCore,
  exchange: Exchange,
  { isTask, isAsked }: { readonly isTask: boolean; readonly isAsked: boolean },
): WantedJob {
  const job = new CallJob(core, { owner: exchange.principal ?? '', isAsked });
  const { ask, ...others } = exchange;
  return {
    job,
    exchange: isTask ? { ...others, ask: (question) => job.ask(question, ask) } : others,
    isTask,
  };
}
