import {
  ATTR_DCC_MCP_DURATION_MS,
  ATTR_DCC_MCP_ERROR_KIND,
  ATTR_DCC_MCP_OUTCOME,
  ATTR_DCC_MCP_REQUEST_ID,
  ATTR_DCC_MCP_SESSION_ID,
  ATTR_DCC_MCP_TOOL_SLUG,
  ATTR_DCC_MCP_WORKFLOW_OPERATION,
  EVENT_DCC_MCP_OPERATION_FAILED,
  OPERATION_CALL,
  OPERATION_CALL_BATCH,
  type Outcome,
} from '@dcc-mcp/semantic-conventions';
import type { Log, LogSeverity } from '../../protocol/log.ts';
import type { FinishedOperation } from '../record/finished.ts';
import type { Sink } from '../record/recorder.ts';

/** What the caller did or asked for is no trouble of the gateway's; all else is worth a warning. */
const SEVERITIES: Partial<Record<Outcome, LogSeverity>> = {
  bad_request: 'info',
  cancelled: 'info',
  denied: 'info',
  internal: 'error',
  late_ok: 'info',
  unknown_tool: 'info',
};

/** Logs each operation that did not end ok: how, which, how long, and the ids to find it by; never what it was about. */
export function createFailureLogSink(log: Log): Sink {
  return {
    ofFailuresOnly: true,
    record(finished) {
      // The calls of a batch are told of one by one.
      if (
        finished.kind === 'operation' &&
        finished.outcome !== 'ok' &&
        finished.details.operation !== OPERATION_CALL_BATCH
      ) {
        logFailure(log, finished);
      }
    },
  };
}

function logFailure(log: Log, { ctx, details, durationMillis, error, outcome }: FinishedOperation): void {
  const { operation } = details;
  const { traceId, traceFlags } = ctx.spanContext;
  const errorKind = error?.kind;
  const record = details.operation === OPERATION_CALL ? details.record : undefined;
  const millis = Math.round(durationMillis);
  const why = errorKind === undefined ? outcome : `${outcome} (${errorKind})`;
  log(`${operation}${record === undefined ? '' : ` of ${record.label}`}: ${why} after ${millis} ms`, {
    severity: SEVERITIES[outcome] ?? 'warn',
    event: EVENT_DCC_MCP_OPERATION_FAILED,
    // Without a provider the span itself is the caller's, or that of the batch.
    span: { traceId, traceFlags, spanId: ctx.ownSpanId },
    attributes: {
      [ATTR_DCC_MCP_WORKFLOW_OPERATION]: operation,
      [ATTR_DCC_MCP_OUTCOME]: outcome,
      ...(errorKind === undefined ? {} : { [ATTR_DCC_MCP_ERROR_KIND]: errorKind }),
      ...(record === undefined ? {} : { [ATTR_DCC_MCP_TOOL_SLUG]: record.slug }),
      [ATTR_DCC_MCP_DURATION_MS]: millis,
      [ATTR_DCC_MCP_REQUEST_ID]: ctx.requestId,
      [ATTR_DCC_MCP_SESSION_ID]: ctx.session.id,
    },
  });
}
