import type { BackendErrorKind } from '@dcc-mcp/semantic-conventions';
import { looksLikeKeyOrUuid, maskPath } from '@dcc-mcp/telemetry-config/settings';
import { isJsonObject, type JsonObject } from '../../../protocol/json-rpc.ts';
import { parseBoundedJson, withoutByteOrderMark } from '../../../protocol/json/bounded-json.ts';
import { toRpcError } from '../../hop/answer.ts';
import { badAnswer, type FailedHop } from '../../hop/failures.ts';
import { readRetryAfter, TOO_MANY_REQUESTS, tooManyRequests, waitOf } from '../../hop/too-many-requests.ts';
import type { HttpEnding } from '../exchange/http-exchange.ts';
import { isRepeatable, redirectTarget } from '../exchange/redirects.ts';

type AnsweredStatus = Pick<HttpEnding & { kind: 'ended' }, 'status' | 'headers' | 'text'>;

const MAX_EXPLANATION_LENGTH = 300;
/** Of a page, JSON of another shape, or bytes that are no text. */
// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const MARKUP = /^[<{[]|[\u0000-\u0008\ufffd]/;

function parseObject(text: string): JsonObject | undefined {
  try {
    const value = parseBoundedJson(withoutByteOrderMark(text));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The upstream's own words, from a JSON-RPC error, a plain `error`/`message`/`detail` field, or plain text. */
function explanation(text: string): string | undefined {
  const body = parseObject(text);
  if (body === undefined) {
    const line = text.trim().split('\n', 1)[0] ?? '';
    return line === '' || MARKUP.test(line) ? undefined : line.slice(0, MAX_EXPLANATION_LENGTH);
  }
  const { error } = body;
  const words = isJsonObject(error) ? error['message'] : (error ?? body['message'] ?? body['detail']);
  return typeof words === 'string' ? words.slice(0, MAX_EXPLANATION_LENGTH) : undefined;
}

/** Names the target without what may be secret in it: user, password, query and keys in the path. */
function whereTo(status: number, target: URL | undefined, url: URL): string | undefined {
  if (target === undefined) {
    return undefined;
  }
  const { protocol, host, pathname } = target;
  const why = !isRepeatable(status)
    ? 'only 307 and 308 may be followed'
    : target.origin === url.origin
      ? 'the redirects have no end'
      : 'it is another origin';
  return `a redirect to ${protocol}//${host}${maskPath(pathname, looksLikeKeyOrUuid).slice(0, MAX_EXPLANATION_LENGTH)} that is not followed, because ${why}`;
}

function kindOf(status: number): BackendErrorKind {
  if (status >= 500) {
    return 'http_5xx';
  }
  return status >= 400 ? 'http_4xx' : status === 202 || status === 204 ? 'empty_result' : 'other';
}

/** An answer may repeat the path that was asked for. */
function withoutKeys(words: string | undefined, { pathname }: URL): string | undefined {
  return words?.replaceAll(pathname, () => maskPath(pathname, looksLikeKeyOrUuid));
}

/** Who was asked. */
export interface Peer {
  readonly url: URL;
  /** The proxy that the request went through, as people may read of it. */
  readonly proxy: string | undefined;
}

/** Statuses with which a proxy answers instead of a server that it does not reach or may not ask. */
const OF_PROXIES: ReadonlySet<number> = new Set([403, 502, 503, 504]);

/** A tunnel is closed to its proxy: what comes through it is of the server. */
function orProxy(status: number, { url, proxy }: Peer): string {
  return proxy !== undefined && url.protocol === 'http:' && OF_PROXIES.has(status)
    ? ` (or its proxy did, ${proxy})`
    : '';
}

/** What an HTTP status other than success means for a call to `peer`. */
export function toStatusFailure({ status, headers, text }: AnsweredStatus, peer: Peer): FailedHop {
  const { url } = peer;
  const why =
    status >= 300 && status < 400
      ? whereTo(status, redirectTarget(headers, url), url)
      : withoutKeys(explanation(text), url);
  const message = `The upstream answered with HTTP ${status}${orProxy(status, peer)}${why === undefined ? '' : `: ${why}`}`;
  const rpcError = toRpcError(parseObject(text)?.['error']);
  if (status === TOO_MANY_REQUESTS) {
    const told = readRetryAfter([headers['retry-after']].flat()[0], Date.now());
    const waitSeconds = told ?? (rpcError && waitOf(rpcError));
    return tooManyRequests(message, { httpStatus: status, rpcError, backendErrorKind: kindOf(status), waitSeconds });
  }
  return badAnswer(kindOf(status), message, { httpStatus: status, rpcError });
}
