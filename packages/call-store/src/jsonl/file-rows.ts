import { isRecord } from '@dcc-mcp/request-context';
import { OUTCOMES } from '@dcc-mcp/semantic-conventions';
import type { CallRow } from '../rows/call-row.ts';
import { isRowId } from '../rows/row-id.ts';
import type { Trace } from '../rows/trace-row.ts';

const OUTCOME_WORDS: ReadonlySet<unknown> = new Set(OUTCOMES);

/** Whether a line of `audit.jsonl` is a call: what everybody reads of it is there. */
export function isCallRow(value: unknown): value is CallRow {
  return isRow(value) && typeof value['tool'] === 'string' && typeof value['duration_ms'] === 'number';
}

/** Whether a line of `traces.jsonl` is a trace: what everybody reads of it is there. */
export function isTrace(value: unknown): value is Trace {
  return isRow(value) && Array.isArray(value['spans']) && typeof value['total_ms'] === 'number';
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    isRecord(value) &&
    typeof value['row_id'] === 'string' &&
    isRowId(value['row_id']) &&
    typeof value['timestamp'] === 'string' &&
    !Number.isNaN(Date.parse(value['timestamp'])) &&
    typeof value['request_id'] === 'string' &&
    typeof value['trace_id'] === 'string' &&
    typeof value['success'] === 'boolean' &&
    OUTCOME_WORDS.has(value['outcome'])
  );
}
