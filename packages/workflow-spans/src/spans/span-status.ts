import { spanStatusOfOutcome, statusOfOutcome } from '@dcc-mcp/request-context';
import { ATTR_RPC_RESPONSE_STATUS_CODE, type Outcome } from '@dcc-mcp/semantic-conventions';
import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import type { SpanEnd } from './span-options.ts';

/** `error.type` and the JSON-RPC code; both absent on success. */
export function setErrorAttributes(span: Span, end: SpanEnd): void {
  if (statusOfOutcome(end.outcome) === 'error') {
    span.setAttribute(ATTR_ERROR_TYPE, end.outcome);
  }
  if (end.rpcErrorCode !== undefined) {
    span.setAttribute(ATTR_RPC_RESPONSE_STATUS_CODE, String(end.rpcErrorCode));
  }
}

/** Status of a span that serves a caller: its own faults, cancellation and late answers stay unset. */
export function setServerStatus(span: Span, outcome: Outcome, statusOk: boolean): void {
  const status = spanStatusOfOutcome(outcome);
  if (status === 'error') {
    span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
  } else if (status === 'ok' && statusOk) {
    span.setStatus({ code: SpanStatusCode.OK });
  }
}

/** Status of a client span: unset on success, error for every failure, cancellation included. */
export function setClientStatus(span: Span, outcome: Outcome): void {
  if (statusOfOutcome(outcome) === 'error') {
    span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
  }
}
