import { OPERATION_CALL_BATCH, OPERATION_SEARCH } from '@dcc-mcp/semantic-conventions';
import { type JsonContent, toJsonContent } from '@dcc-mcp/workflow-spans';
import { RawJson } from '../../protocol/json/raw-json.ts';
import type { FinishedOperation } from '../record/finished.ts';
import type { Sink } from '../record/recorder.ts';

/** Completes and ends the span of each operation. */
export const spanSink: Sink = {
  record(finished) {
    if (finished.kind === 'operation' && finished.span.isRecording) {
      endSpan(finished);
    }
  },
};

function endSpan(finished: FinishedOperation): void {
  const { span, outcome, error, rpcErrorCode, join, details, endedAt, input, output } = finished;
  if (input !== undefined) {
    span.setInputJson(contentOf(input));
  }
  if (output !== undefined) {
    span.setOutputJson(contentOf(output));
  }
  if (join !== undefined) {
    const { searchId: id, firstSuccessMillis: _, ...facts } = join;
    span.setSearch({ id, ...facts });
  }
  if (details.operation === OPERATION_SEARCH && details.found !== undefined) {
    const { searchId: id, rankerVersion, total } = details.found;
    span.setSearch({ id, rankerVersion, total, zeroResults: total === 0 });
  }
  if (details.operation === OPERATION_CALL_BATCH && details.size !== undefined) {
    span.setBatchSize(details.size);
  }
  span.end({
    outcome,
    ...(error === undefined ? {} : { errorKind: error.kind }),
    ...(rpcErrorCode === undefined ? {} : { rpcErrorCode }),
    ...(endedAt === undefined ? {} : { endTime: endedAt }),
  });
}

/** What is at hand as it came is neither read nor written once more. */
function contentOf(value: unknown): JsonContent {
  return value instanceof RawJson ? value : toJsonContent(value);
}
