import type { BackendErrorKind } from '@dcc-mcp/semantic-conventions';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { toRpcError } from '../hop/answer.ts';
import { badAnswer, type FailedHop } from '../hop/failures.ts';

const MAX_EXPLANATION_LENGTH = 300;

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The upstream's own words, from a JSON-RPC error or a plain `error`/`message` field. */
function explanation(text: string): string | undefined {
  const body = parseObject(text);
  const error = body?.['error'];
  const words = isJsonObject(error) ? error['message'] : (error ?? body?.['message']);
  return typeof words === 'string' ? words.slice(0, MAX_EXPLANATION_LENGTH) : undefined;
}

function kindOf(status: number): BackendErrorKind {
  if (status >= 500) {
    return 'http_5xx';
  }
  return status >= 400 ? 'http_4xx' : status === 202 || status === 204 ? 'empty_result' : 'other';
}

/** What an HTTP status other than success means for a call. */
export function toStatusFailure(status: number, text: string): FailedHop {
  const why = explanation(text);
  const message = `The upstream answered with HTTP ${status}${why === undefined ? '' : `: ${why}`}`;
  const rpcError = toRpcError(parseObject(text)?.['error']);
  return badAnswer(kindOf(status), message, { httpStatus: status, rpcError });
}

/**
 * Whether the upstream no longer knows the session: 404 by the specification; some servers answer 400 and say so in
 * words (the reference server-everything does).
 */
export function isSessionLost(status: number, text: string, sessionId: string | undefined): boolean {
  return sessionId !== undefined && (status === 404 || (status === 400 && /session/i.test(explanation(text) ?? '')));
}
