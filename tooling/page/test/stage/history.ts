// A history on disk, made of the rows of a run that took place: as many as wanted, each at its time.
import { createRowIds } from '@dcc-mcp/call-store';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Row = Readonly<Record<string, unknown>>;

/** Spans of the largest trace. */
export const LARGE_TRACE_SPANS = 1_000;

function rowsOf(folder: string, file: string): readonly Row[] {
  return readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

function write(folder: string, file: string, rows: readonly Row[]): void {
  writeFileSync(join(folder, file), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** Writes `count` calls that end now and lie `stepMillis` apart, in turns those that are there. */
export function multiplyCalls(folder: string, count: number, stepMillis: number): void {
  const patterns = rowsOf(folder, 'audit.jsonl');
  const first = Date.now() - count * stepMillis;
  let millis = first;
  const nextRowId = createRowIds(() => millis);
  const rows = Array.from({ length: count }, (_, index) => {
    millis = first + index * stepMillis;
    const id = nextRowId();
    return {
      ...patterns[index % patterns.length],
      row_id: id,
      request_id: id,
      timestamp: new Date(millis).toISOString(),
    };
  });
  write(folder, 'audit.jsonl', rows);
}

const hex = (index: number): string => (index + 1).toString(16).padStart(16, '0');

/** Adds a trace of {@link LARGE_TRACE_SPANS} spans, newest of all. @returns Its id. */
export function addLargeTrace(folder: string): string {
  const traces = rowsOf(folder, 'traces.jsonl');
  const pattern = traces.find(({ operation }) => operation === 'call_batch')!;
  const id = createRowIds()();
  const [root] = pattern['spans'] as readonly Row[];
  const spans = Array.from({ length: LARGE_TRACE_SPANS }, (_, index) => ({
    ...root,
    span_id: hex(index),
    parent_span_id: index === 0 ? undefined : hex(Math.floor((index - 1) / 10)),
    name: index === 0 ? 'gateway.call_batch' : `tools/call step_${index}`,
    started_ms: index,
    duration_ms: index === 0 ? LARGE_TRACE_SPANS : 5 + (index % 7),
    ok: index % 97 !== 96,
  }));
  const large = {
    ...pattern,
    row_id: id,
    request_id: id,
    trace_id: id.replaceAll('-', ''),
    span_count: spans.length,
    spans,
  };
  write(folder, 'traces.jsonl', [...traces, large]);
  return id;
}

const DAY_MILLIS = 86_400_000;
const DAY_CALLS = 1_200;

/**
 * Writes a day of calls: few at night, many in the afternoon, more failures around noon. Always the same but for the time
 * of its end.
 */
export function spreadOverDay(folder: string): void {
  const patterns = rowsOf(folder, 'audit.jsonl');
  const good = patterns.filter(({ success }) => success === true);
  const bad = patterns.filter(({ success }) => success !== true);
  const now = Date.now();
  let millis = 0;
  const nextRowId = createRowIds(() => millis);
  const rows = Array.from({ length: DAY_CALLS }, (_, index) => {
    const share = index / DAY_CALLS;
    // Denser towards the end of the day than at its begin.
    millis = Math.round(now - DAY_MILLIS * (1 - share) ** 1.6);
    const isNoon = share > 0.55 && share < 0.62;
    const isBad = isNoon ? index % 2 === 0 : index % 17 === 0;
    const pattern = isBad ? bad[index % bad.length] : good[index % good.length];
    const id = nextRowId();
    const slower = 1 + ((index * 7) % 10) / 10 + (isNoon ? 3 : 0);
    return {
      ...pattern,
      row_id: id,
      request_id: id,
      timestamp: new Date(millis).toISOString(),
      ...scaled(pattern ?? {}, slower),
    };
  });
  write(folder, 'audit.jsonl', rows);
}

const TIMES = ['duration_ms', 'queue_ms', 'gateway_ms', 'upstream_ms'] as const;

function scaled(row: Row, by: number): Row {
  const times = TIMES.filter((name) => typeof row[name] === 'number');
  return Object.fromEntries(times.map((name) => [name, Number(row[name]) * by]));
}
