import { truncateUtf8 } from '@dcc-mcp/bounds';
import type { ErrorKind } from '@dcc-mcp/semantic-conventions';
import { type ErrorKindDetail, factsOfKind } from './outcome.ts';

/** What went wrong, as a caller is told. `kind` and `message` are enough; the rest has defaults by kind. */
export interface ErrorDescription {
  readonly kind: ErrorKind;
  /** For people; no stack, no secret. */
  readonly message: string;
  readonly detail?: ErrorKindDetail;
  readonly retryable?: boolean;
  readonly recommendedNextAction?: string;
  readonly candidates?: readonly unknown[];
  readonly policy?: unknown;
  readonly backend?: unknown;
  readonly retryAfterSeconds?: number;
  /** Of an instance that left. */
  readonly previousStatus?: string;
}

/** Bound of a message in bytes: it may quote what the caller sent, and a tool may say a lot. */
const MAX_MESSAGE_BYTES = 2_048;

/** `error` of an answer; its message is cut at 2,048 bytes. */
export interface ErrorBody {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly retryable: boolean;
  readonly recommended_next_action: string;
  readonly candidates?: readonly unknown[];
  readonly policy?: unknown;
  readonly backend?: unknown;
  readonly retry_after_secs?: number;
  readonly previous_status?: string;
}

/** The envelope of every failed answer, over REST and MCP. */
export interface ErrorEnvelope {
  readonly error: ErrorBody;
  readonly request_id: string;
  readonly trace_id: string;
}

/** `error` alone, as the items of a batch carry it. */
export function toErrorBody(description: ErrorDescription): ErrorBody {
  const { kind, message, detail, candidates, policy, backend, retryAfterSeconds } = description;
  const facts = factsOfKind(kind, detail);
  const previousStatus = description.previousStatus ?? detail;
  return {
    kind,
    message: truncateUtf8(message, MAX_MESSAGE_BYTES).text,
    retryable: description.retryable ?? facts.retryable,
    recommended_next_action: description.recommendedNextAction ?? facts.recommendedNextAction,
    ...(candidates !== undefined && { candidates }),
    ...(policy !== undefined && { policy }),
    ...(backend !== undefined && { backend }),
    ...(retryAfterSeconds !== undefined && { retry_after_secs: retryAfterSeconds }),
    ...(previousStatus !== undefined && { previous_status: previousStatus }),
  };
}

/** The envelope of a failed request; `ctx` gives its ids. */
export function errorEnvelope(
  description: ErrorDescription,
  ctx: { readonly requestId: string; readonly traceId: string },
): ErrorEnvelope {
  return { error: toErrorBody(description), request_id: ctx.requestId, trace_id: ctx.traceId };
}
