import { truncateUtf8 } from '@dcc-mcp/bounds';
import type { FollowUpNote, SearchRow, SearchRowFollowUp } from '../rows/search-row.ts';
import type { Trace, TracePayload } from '../rows/trace-row.ts';
import type { RowKind, RowKinds } from './row-kinds.ts';

/** Bound of any text of a row that has none of its own, in bytes. */
const MAX_TEXT_BYTES = 2048;
const MAX_MESSAGE_BYTES = 256;
const MAX_QUERY_BYTES = 120;
const MAX_INPUT_BYTES = 16_384;
const MAX_OUTPUT_BYTES = 65_536;
const MAX_HITS = 25;
const MAX_FOLLOW_UPS = 32;
const MAX_SPANS = 4096;
const MAX_ITEMS = 64;
const MAX_DEPTH = 8;

/** What is within each bound, whatever it is made of. */
const SHORT_CHARS = MAX_QUERY_BYTES / 3;

/** Members whose bound is another than that of all. */
const TEXT_BYTES: Readonly<Record<string, number>> = { message: MAX_MESSAGE_BYTES, query_preview: MAX_QUERY_BYTES };
const ITEMS: Readonly<Record<string, number>> = { hits: MAX_HITS, followups: MAX_FOLLOW_UPS, spans: MAX_SPANS };

/** The row within the bounds of its type: texts are cut on a code point, lists at their end. The same object when it was. */
export function boundRow<K extends RowKind>(row: RowKinds[K]): RowKinds[K] {
  return boundRecord(row, 0);
}

function boundRecord<T extends object>(record: T, depth: number): T {
  const changed: Record<string, unknown> = {};
  let isChanged = false;
  for (const key in record) {
    const value = record[key];
    const bounded = boundMember(key, value, depth);
    if (bounded !== value) {
      changed[key] = bounded;
      isChanged = true;
    }
  }
  return isChanged ? { ...record, ...changed } : record;
}

function boundMember(key: string, value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    return value.length <= SHORT_CHARS
      ? value
      : boundText(value, (Object.hasOwn(TEXT_BYTES, key) ? TEXT_BYTES[key] : undefined) ?? MAX_TEXT_BYTES);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (depth >= MAX_DEPTH) {
    return undefined;
  }
  if (depth === 0 && (key === 'input' || key === 'output')) {
    return boundPayload(value, key === 'input' ? MAX_INPUT_BYTES : MAX_OUTPUT_BYTES);
  }
  return Array.isArray(value) ? boundItems(key, value, depth) : boundRecord(value, depth + 1);
}

function boundItems(key: string, items: readonly unknown[], depth: number): readonly unknown[] {
  const max = (Object.hasOwn(ITEMS, key) ? ITEMS[key] : undefined) ?? MAX_ITEMS;
  const kept = items.length > max ? items.slice(0, max) : items;
  const bounded = kept.map((item) => boundMember(key, item, depth + 1));
  return kept.length === items.length && bounded.every((item, index) => item === items[index]) ? items : bounded;
}

function boundPayload(value: object, maxBytes: number): object {
  if (!isPayload(value)) {
    return boundRecord(value, 1);
  }
  const content = boundText(value.content, maxBytes);
  return content === value.content ? value : { ...value, content, truncated: true };
}

function isPayload(value: object): value is TracePayload {
  return 'content' in value && typeof value.content === 'string';
}

/** Cut on a code point. A part of a text keeps the whole text in memory (V8), so that what was cut is written anew. */
function boundText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) {
    return text;
  }
  const { text: kept, isTruncated } = truncateUtf8(text, maxBytes);
  return isTruncated ? new TextDecoder().decode(new TextEncoder().encode(kept)) : text;
}

/** Whether a trace has a place of its own: it failed, or it was slow. */
export function isKept(trace: Trace): boolean {
  return !trace.success || trace.is_slow;
}

/** A search with one more follow-up; past the bound only the first success is still noted. */
export function withFollowUp(row: SearchRow, note: FollowUpNote): SearchRow {
  const { elapsed_ms: elapsed = Math.max(0, Date.parse(note.timestamp) - Date.parse(row.timestamp)) } = note;
  const followUp: SearchRowFollowUp = { ...note, elapsed_ms: elapsed };
  const isFirstSuccess = row.first_success_ms === undefined && followUp.kind === 'call' && followUp.success;
  return {
    ...row,
    followups: row.followups.length < MAX_FOLLOW_UPS ? [...row.followups, followUp] : row.followups,
    ...(isFirstSuccess ? { first_success_ms: followUp.elapsed_ms } : {}),
  };
}
