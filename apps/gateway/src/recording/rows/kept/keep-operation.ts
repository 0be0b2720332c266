import type { RowError, TracePayload } from '@dcc-mcp/call-store';
import { toErrorBody } from '@dcc-mcp/request-context';
import { OPERATION_CALL_BATCH } from '@dcc-mcp/semantic-conventions';
import { RawJson } from '../../../protocol/json/raw-json.ts';
import { placeOfToolMessage, TOOL_FAILED } from '../../../protocol/messages/tool-message.ts';
import type { FinishedOperation } from '../../record/finished.ts';
import type { OperationTrail } from '../../record/operation-trail.ts';
import { jsonText, packPayload, type PayloadRules, toPayload } from '../payload.ts';
import { toPreview } from '../preview.ts';
import { type HiddenPlaces, hidesPlace } from '../redact-json.ts';
import { KeptFacts, KeptOperation } from './kept-operation.ts';
import type { FactParts } from './operation-facts.ts';
import type { OperationMemory, Staying } from './operation-memory.ts';
import { packFacts, rareFacts } from './pack-facts.ts';
import { shownTool } from './shown-tool.ts';

/** Bound of what is kept of an input, in bytes of UTF-8. */
const MAX_INPUT_BYTES = 16_384;
/** Bound of what is kept of an output, in bytes of UTF-8. */
const MAX_OUTPUT_BYTES = 65_536;
const MAX_MESSAGE_BYTES = 256;

/** How an operation is kept. */
export interface KeepingRules extends Pick<PayloadRules, 'paths'>, Staying {
  readonly rowId: string;
  readonly memory: OperationMemory;
}

/** Takes of an operation what its rows are made of. */
export function keepOperation(
  finished: FinishedOperation,
  trail: OperationTrail,
  { rowId, paths, memory, isPassing }: KeepingRules,
): KeptOperation {
  const inputPaths = finished.details.operation === OPERATION_CALL_BATCH ? toBatchPaths(paths) : paths;
  const input = payloadOf(finished.input, { maxBytes: MAX_INPUT_BYTES, paths: inputPaths });
  const output = payloadOf(finished.output, { maxBytes: MAX_OUTPUT_BYTES, paths });
  const sizes = { inputBytes: input?.original_size ?? 0, outputBytes: output?.original_size ?? 0 };
  const caller = memory.callers.of(finished, finished.ctx.session.source);
  const error = toRowError(finished, { paths });
  const parts = toFactParts(finished, trail, { rowId, caller, error, ...sizes });
  const { details } = finished;
  const kept = new KeptFacts({
    rowId,
    caller,
    outcome: parts.outcome,
    operation: parts.details.operation,
    record: 'record' in details && details.record !== undefined ? shownTool(details.record) : undefined,
    packed: memory.facts.pack(packFacts(parts), { isPassing }),
    rare: rareFacts(parts),
  });
  const { isRecording: isExported } = finished.span;
  if (finished.batchTrail !== undefined) {
    memory.items.add(finished.batchTrail, { kept, isExported });
  }
  return new KeptOperation(kept, {
    isExported,
    items: memory.items.of(trail),
    packedInput: input && memory.content.pack(packPayload(input), { isPassing }),
    packedOutput: output && memory.content.pack(packPayload(output), { isPassing }),
  });
}

/** A path leads from the arguments of a call, also where they stand in the input of a batch. */
function toBatchPaths(paths: PayloadRules['paths']): PayloadRules['paths'] {
  return [...paths, ...paths.map((path) => ['calls', '*', 'arguments', ...path])];
}

function payloadOf(content: unknown, rules: PayloadRules): TracePayload | undefined {
  const json = jsonText(content);
  return json === undefined ? undefined : toPayload(json, rules);
}

function toFactParts(
  { ctx, durationMillis, outcome, join, details }: FinishedOperation,
  trail: OperationTrail,
  known: Pick<FactParts, 'rowId' | 'caller' | 'error' | 'inputBytes' | 'outputBytes'>,
): FactParts {
  const { requestId, jsonrpcId, parentRequestId, callerTraceId, session, spanContext } = ctx;
  const { traceId, traceFlags } = spanContext;
  return {
    ...known,
    outcome,
    durationMillis,
    request: { requestId, traceId, traceFlags, sessionId: session.id, jsonrpcId, parentRequestId, callerTraceId },
    trail,
    details,
    join,
  };
}

function toRowError(
  { error, output }: Pick<FinishedOperation, 'error' | 'output'>,
  hidden: HiddenPlaces,
): RowError | undefined {
  if (error === undefined) {
    return undefined;
  }
  const { kind, message, retryable } = toErrorBody(error);
  const isKept = kind !== 'tool-error' || !hidesToolMessage(output, hidden);
  return { kind, message: isKept ? toPreview(message, MAX_MESSAGE_BYTES) : TOOL_FAILED, retryable };
}

/** A failed tool's words are a part of its result. */
function hidesToolMessage(output: unknown, hidden: HiddenPlaces): boolean {
  if (hidden.paths.length === 0 || !(output instanceof RawJson)) {
    return false; // the result is parsed for those alone who hide places
  }
  const place = placeOfToolMessage(output.object ?? {});
  return place !== undefined && hidesPlace(hidden, place);
}
