import { toolFailure } from '@dcc-mcp/request-context';
import { isJsonObject, type JsonObject, type JsonRpcError } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import type { HopResult } from '../upstream.ts';
import { badAnswer } from './failures.ts';
import { saysTooManyRequests, tooManyRequests, waitOf } from './too-many-requests.ts';

const MAX_MESSAGE_LENGTH = 1_000;

type AnsweredHop = HopResult & { readonly ok: true };

/** A result as it came: its value is made for whoever looks inside, and for nobody else. */
class RawAnswer implements AnsweredHop {
  readonly ok = true;
  readonly raw: RawJson;
  readonly jobId: string | undefined;

  constructor(raw: RawJson, jobId?: string) {
    this.raw = raw;
    this.jobId = jobId;
  }

  get result(): JsonObject {
    return this.raw.object ?? {};
  }
}

/** A result as it came, or as a job would have given it. */
export function rawAnswer(raw: RawJson, jobId?: string): AnsweredHop {
  return new RawAnswer(raw, jobId);
}

/** The result of a hop as it came. */
export function rawResult(answer: AnsweredHop): RawJson {
  return answer.raw ?? RawJson.of(answer.result); // to ask for the value of an answer makes one
}

/** Narrows a JSON-RPC error object; `undefined` when it is malformed. */
export function toRpcError(value: unknown): JsonRpcError | undefined {
  if (!isJsonObject(value)) {
    return undefined;
  }
  const { code, message, data } = value;
  return typeof code === 'number' && Number.isInteger(code) && typeof message === 'string'
    ? { code, message, ...(data === undefined ? {} : { data }) }
    : undefined;
}

/**
 * Judges a message that carries the id of a call as the answer to it (JSON-RPC 2.0, "Response object"). A member that is
 * null counts as absent: there are servers that write every member of a response.
 */
export function toHopResult(message: RawJson, httpStatus?: number): HopResult {
  const result = present(message.get('result'));
  const error = present(message.get('error'));
  if (message.get('jsonrpc')?.value !== '2.0') {
    return badAnswer('jsonrpc', 'The upstream answered with something other than JSON-RPC 2.0');
  }
  if (error !== undefined && result !== undefined) {
    return badAnswer('jsonrpc', 'The upstream answered with both a result and an error');
  }
  if (error !== undefined) {
    return toFailure(error, httpStatus);
  }
  if (result === undefined) {
    return badAnswer('empty_result', 'The upstream answered with neither a result nor an error');
  }
  return result.isObject
    ? new RawAnswer(result)
    : badAnswer('jsonrpc', 'The upstream answered with a result that is not an object');
}

/**
 * Judges the result of a call as that of a tool (MCP, `CallToolResult`): its content is a list. Everything else that one
 * may lack or have beside that is as its server likes it, and so is what says that its tool failed.
 */
export function toToolResult(hop: HopResult): HopResult {
  const content = hop.ok ? present(hop.raw?.get('content')) : undefined;
  return content === undefined || content.isList || !isOkAsTool(hop)
    ? hop
    : badAnswer('jsonrpc', 'The upstream answered with a tool result whose content is not a list');
}

/** Whether it would count as what a tool gave: neither a question or a task (MCP 2026-07-28) nor the failure of its tool. */
function isOkAsTool(hop: HopResult): boolean {
  const kind = hop.ok ? hop.raw?.get('resultType')?.value : undefined;
  return hop.ok && (kind === undefined || kind === 'complete') && !toolFailure(hop.result);
}

function present(member: RawJson | undefined): RawJson | undefined {
  return member?.text === 'null' ? undefined : member;
}

function toFailure(error: RawJson, httpStatus: number | undefined): HopResult {
  const known = toRpcError(error.value);
  const data = error.get('data');
  const rpcError = known && { ...known, ...(data === undefined ? {} : { data }) };
  if (rpcError === undefined) {
    return badAnswer('jsonrpc', 'The upstream answered with a malformed JSON-RPC error');
  }
  const words = rpcError.message.slice(0, MAX_MESSAGE_LENGTH);
  const details = { rpcError, httpStatus: httpStatus === 200 ? undefined : httpStatus };
  return saysTooManyRequests(rpcError)
    ? tooManyRequests(words, { ...details, backendErrorKind: 'jsonrpc', waitSeconds: waitOf(rpcError) })
    : badAnswer('jsonrpc', words, details);
}
