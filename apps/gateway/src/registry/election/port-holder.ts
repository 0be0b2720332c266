import { asObject, type JsonObject, textOf } from '../../protocol/json-rpc.ts';
import { toPrintableLine } from '../../protocol/printable-text.ts';
import { codeOf } from '../../protocol/thrown-error.ts';
import { askBounded } from './bounded-answer.ts';

const GATEWAY_NAME = 'dcc-mcp-gateway';
const ASK_MILLIS = 2_000;
const MAX_VERSION_LENGTH = 64;

/** Who answers on a port. */
export type PortHolder =
  /** One of ours; one that drains gives the port back soon. */
  | { readonly kind: 'gateway'; readonly version: string; readonly isDraining: boolean }
  /** It speaks HTTP and is none of ours, or speaks something else; the gateway of dcc-mcp-core has no name. */
  | { readonly kind: 'other'; readonly isLikeCore: boolean }
  /** It took the connection and said nothing in 2 s. */
  | { readonly kind: 'silent' }
  /** Nobody took the connection, or it was cut: whoever held the port may have ended. */
  | { readonly kind: 'gone' };

/** Told by {@link PortHolder}; a gateway that is asked to stop says so by 503 with its name. */
export async function askHolder(url: string, signal: AbortSignal): Promise<PortHolder> {
  try {
    const { status, body } = await askBounded(`${url}/v1/healthz`, { signal }, ASK_MILLIS);
    return toHolder(status, body ?? {});
  } catch (error) {
    signal.throwIfAborted();
    const kind = kindOfFailure(error);
    return kind === 'other' ? { kind, isLikeCore: false } : { kind };
  }
}

function toHolder(status: number, body: JsonObject): PortHolder {
  const { name } = body;
  const isOk = status === 200 && body['ok'] === true;
  if (name === GATEWAY_NAME && (status === 503 || isOk)) {
    const version = toPrintableLine(textOf(body['version']), MAX_VERSION_LENGTH);
    return { kind: 'gateway', version, isDraining: status === 503 };
  }
  if (status === 403 && isOwnRefusal(body)) {
    return { kind: 'gateway', version: 'unknown', isDraining: false };
  }
  return { kind: 'other', isLikeCore: isOk && name === undefined };
}

/** A gateway that serves other hosts only than the one it is asked by refuses in the words of every gateway. */
function isOwnRefusal({ error, request_id: requestId, trace_id: traceId }: JsonObject): boolean {
  return asObject(error)?.['kind'] === 'forbidden' && typeof requestId === 'string' && typeof traceId === 'string';
}

const ENDED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

function kindOfFailure(error: unknown): 'other' | 'silent' | 'gone' {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return 'silent';
  }
  const cause = error instanceof Error ? error.cause : undefined;
  // Of several addresses each has a cause of its own.
  const causes = cause instanceof AggregateError ? cause.errors : [cause];
  return causes.some((each) => ENDED.has(codeOf(each))) ? 'gone' : 'other';
}
