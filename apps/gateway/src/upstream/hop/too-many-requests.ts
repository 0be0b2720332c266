// An upstream that has too many requests: it is well, and says when to come again (RFC 6585 §4, RFC 9110 §10.2.3).
import type { BackendErrorKind } from '@dcc-mcp/semantic-conventions';
import { isJsonObject, type JsonObject, type JsonRpcError, type JsonValue } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import type { HopFailure } from '../upstream.ts';
import { failed, type FailedHop } from './failures.ts';

export const TOO_MANY_REQUESTS = 429;

/** What is told where the upstream does not say how long to wait. */
const DEFAULT_WAIT_SECONDS = 5;
/** A day; what is longer is no time that a caller waits. */
const MAX_WAIT_SECONDS = 86_400;

/** Names for the time to wait in `data` of a JSON-RPC error, in seconds. */
const WAIT_KEYS = ['retry_after_secs', 'retryAfterSecs', 'retryAfterSeconds', 'retry_after', 'retryAfter'] as const;
const STATUS_KEYS = ['status', 'statusCode', 'httpStatus', 'http_status', 'code'] as const;
const KINDS = new Set(['throttled', 'rate_limited', 'rate-limited', 'rate_limit_exceeded', 'too_many_requests']);

/** What is known besides the words of the upstream. */
interface Refused extends Pick<HopFailure, 'httpStatus' | 'rpcError'> {
  readonly backendErrorKind: BackendErrorKind;
  /** How long to wait, in seconds; absent where the upstream does not say. */
  readonly waitSeconds: number | undefined;
}

/** The call was refused for their number: it has not run, and nothing is wrong with the upstream. */
export function tooManyRequests(words: string, { waitSeconds, ...details }: Refused): FailedHop {
  const retryAfterSeconds = waitSeconds ?? DEFAULT_WAIT_SECONDS;
  return failed('throttled', `${words}; try again in ${retryAfterSeconds} s`, { ...details, retryAfterSeconds });
}

/** Whole seconds of a `Retry-After` header, from a number or a date; `undefined` for what is neither. */
export function readRetryAfter(header: string | undefined, nowMillis: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) {
    return bounded(Number(text));
  }
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : bounded((date - nowMillis) / 1_000);
}

/** Whether a JSON-RPC error means the same, by its code or by what its data says. */
export function saysTooManyRequests({ code, data }: JsonRpcError): boolean {
  const said = errorIn(data);
  return (
    code === TOO_MANY_REQUESTS ||
    (said !== undefined &&
      (STATUS_KEYS.some((key) => Number(said[key]) === TOO_MANY_REQUESTS) ||
        KINDS.has(textOf(said['kind'] ?? said['type']))))
  );
}

/** How long `data` of a JSON-RPC error says to wait, in whole seconds. */
export function waitOf({ data }: JsonRpcError): number | undefined {
  const said = errorIn(data);
  const wait = WAIT_KEYS.map((key) => said?.[key]).find((value) => value !== undefined);
  const seconds = typeof wait === 'number' || typeof wait === 'string' ? Number(wait) : Number.NaN;
  return Number.isFinite(seconds) && wait !== '' ? bounded(seconds) : undefined;
}

/** The data, or the error that it holds. */
function errorIn(data: JsonRpcError['data']): JsonObject | undefined {
  const value = data instanceof RawJson ? data.value : data;
  if (!isJsonObject(value)) {
    return undefined;
  }
  const { error } = value;
  return isJsonObject(error) ? error : value;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}

function bounded(seconds: number): number {
  return Math.min(MAX_WAIT_SECONDS, Math.max(1, Math.ceil(seconds)));
}
