// What the run in CI would find: each way in which the surfaces can disagree is one line.
import type { DecodedSpan } from '@dcc-mcp/test-kit/otlp-sink';
import { expect, test } from '@jest/globals';
import type { Attempt } from './clients.ts';
import { disagreements, type Said } from './surfaces.ts';

const attempt = (traceId: string, end: Attempt['end']): Attempt => ({ traceId, way: 'rest', slug: 'a.b.c', end });
const row = (traceId: string, outcome: string) => ({ operation: 'call', trace_id: traceId, outcome });
const span = (traceId: string, outcome: string): DecodedSpan =>
  ({ name: 'gateway.call', traceId, attributes: { 'dcc_mcp.outcome': outcome } }) as unknown as DecodedSpan;

function metrics(success: number, error: number, { started = 2, exported = 2 } = {}): string {
  return [
    `dcc_mcp_tool_calls_total{tool="a",status="success"} ${success}`,
    `dcc_mcp_tool_calls_total{tool="a",status="error"} ${error}`,
    `otel_sdk_span_started_total{otel_span_sampling_result="RECORD_AND_SAMPLE"} ${started}`,
    `otel_sdk_processor_span_processed_total{} ${exported}`,
  ].join('\n');
}

/** One call that went well, and one that timed out. */
const FITTING: Said = {
  attempts: [attempt('1', { httpStatus: 200 }), attempt('2', { httpStatus: 504, kind: 'timeout' })],
  rows: [row('1', 'ok'), row('2', 'timeout')],
  spans: [span('1', 'ok'), span('2', 'timeout')],
  metrics: metrics(1, 1),
};

test('nothing is said where everything fits', () => {
  expect(disagreements(FITTING)).toEqual([]);
});

test.each<[string, Partial<Said>, string]>([
  ['an answer that never came', { attempts: [attempt('1', new Error('no')), FITTING.attempts[1]!] }, 'had no answer'],
  ['a row that is missing', { rows: [row('1', 'ok')], metrics: metrics(1, 0) }, '2 (a.b.c over rest) has 0 outcomes'],
  ['a second row', { rows: [...FITTING.rows, row('1', 'ok')], metrics: metrics(2, 1) }, 'has 2 outcomes: ok,ok'],
  [
    'a row of no call',
    { rows: [...FITTING.rows, row('3', 'ok')], metrics: metrics(2, 1) },
    "a row of nobody's call: 3",
  ],
  [
    'another outcome than was told',
    { rows: [row('1', 'ok'), row('2', 'internal')] },
    'was told timeout and is kept as internal',
  ],
  ['a success too many in the counter', { metrics: metrics(2, 1) }, '2 calls are counted as success, and 1 rows'],
  ['an error that was not counted', { metrics: metrics(1, 0) }, '0 calls are counted as error, and 1 rows'],
  [
    'a span that is missing',
    { spans: [span('1', 'ok')] },
    '1 call spans are missing, and only 0 spans are said to be lost',
  ],
  ['a second span', { spans: [...FITTING.spans, span('1', 'ok')] }, '1 has more than one call span'],
  [
    'another outcome on the span',
    { spans: [span('1', 'ok'), span('2', 'ok')] },
    '2 is timeout as a row, and ok as a span',
  ],
  [
    'a span that nobody accounts for',
    { metrics: metrics(1, 1, { exported: 1 }) },
    'of 2 spans 1 have left and 0 are lost',
  ],
])('%s is found', (_what, change, line) => {
  expect(disagreements({ ...FITTING, ...change })).toEqual(expect.arrayContaining([expect.stringContaining(line)]));
});

test('who left before the call was there needs no outcome, and has at most one', () => {
  const left = attempt('3', 'left');
  expect(disagreements({ ...FITTING, attempts: [...FITTING.attempts, left] })).toEqual([]);
  const rows = [...FITTING.rows, row('3', 'cancelled'), row('3', 'ok')];
  const said = { ...FITTING, attempts: [...FITTING.attempts, left], rows, metrics: metrics(2, 2) };
  expect(disagreements(said)).toContainEqual(expect.stringContaining('has 2 outcomes'));
});
