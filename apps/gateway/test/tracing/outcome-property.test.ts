// Every ending at every way in, over real sockets: answer, HTTP status, spans and counters say the same word.
import type { DecodedSpan } from '@dcc-mcp/test-kit/otlp-sink';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { valuesOf } from '../fixtures/exposition.ts';
import { ENDINGS, type Ending, THROTTLED } from './endings.ts';
import { type Cell, type OutcomeRun, type Ran, runCells, toCells } from './outcome-run.ts';
import { WAYS_IN, type WayIn } from './ways-in.ts';

type Face = 'search' | 'all';
const FACES: readonly Face[] = ['search', 'all'];
const waysOf = (face: Face): readonly WayIn[] => WAYS_IN.filter((way) => way.face === face);
const CELLS = { search: toCells(ENDINGS, waysOf('search')), all: toCells(ENDINGS, waysOf('all')) };
const THROTTLED_CELLS = { search: toCells([THROTTLED], waysOf('search')), all: toCells([THROTTLED], waysOf('all')) };

// Each failure opens its circuit, so one call before is enough to meet it open.
const LIMITS = { circuitFailureThreshold: 1, circuitOpenSecs: 600 };

const runs = new Map<string, OutcomeRun>();

function allowed(cells: readonly Cell[]): readonly string[] {
  return cells.filter(({ ending }) => ending.name !== 'denied').map(({ key }) => key);
}

async function useUp(url: string): Promise<void> {
  await fetch(`${url}/v1/call`, { method: 'POST', body: '{"tool_slug":"a.b.c"}' });
}

beforeAll(async () => {
  for (const face of FACES) {
    const cells = CELLS[face];
    const config = { limits: LIMITS, policy: { allowedDccTypes: allowed(cells) } };
    runs.set(face, await runCells({ cells, face, config }));
    const throttled = { cells: THROTTLED_CELLS[face], face, config: { limits: { ratePerMinute: 1 } } };
    runs.set(`throttled ${face}`, await runCells({ ...throttled, prepare: useUp }));
  }
}, 180_000);

const runOf = ({ ending, way }: Cell): OutcomeRun =>
  runs.get(ending === THROTTLED ? `throttled ${way.face}` : way.face)!;
const ranOf = (cell: Cell): Ran => runOf(cell).ran.get(cell.key)!;
const spansOf = (cell: Cell): readonly DecodedSpan[] =>
  runOf(cell).spans.filter(({ traceId }) => traceId === ranOf(cell).traceId);

/** What the caller must see, by the way it came. */
function expectedSeen({ http, kind, exposed }: Ending, { name, isRest, isBatch }: WayIn): object {
  if (isRest) {
    return { httpStatus: isBatch ? 200 : http, kind };
  }
  const seen = name === 'exposed' ? exposed : undefined;
  const isError = seen === undefined ? kind !== undefined || undefined : seen.isError;
  return {
    httpStatus: 200,
    kind: seen === undefined ? kind : undefined,
    isError,
    ...(seen?.code === undefined ? {} : { code: seen.code }),
  };
}

const TABLE = [...CELLS.search, ...CELLS.all, ...THROTTLED_CELLS.search, ...THROTTLED_CELLS.all].map((cell) => ({
  cell,
  what: cell.ending.what,
  way: cell.way.what,
}));

describe.each(TABLE)('$what over $way', ({ cell }) => {
  const { ending, way } = cell;
  const calls = (): readonly DecodedSpan[] => spansOf(cell).filter(({ name }) => name === 'gateway.call');

  if (ending.act === undefined) {
    test('is answered with its kind and HTTP status', () => {
      expect(ranOf(cell).seen).toEqual(expectedSeen(ending, way));
    });
  }

  test('is one call span with its outcome, kind and status', () => {
    expect(calls()).toHaveLength(1);
    const { attributes, status, kind } = calls()[0]!;
    expect({
      kind,
      status,
      outcome: attributes['dcc_mcp.outcome'],
      success: attributes['dcc_mcp.success'],
      errorType: attributes['error.type'],
      errorKind: attributes['dcc_mcp.error.kind'],
    }).toEqual({
      kind: way.isBatch ? 'INTERNAL' : 'SERVER',
      status: { code: ending.status, message: ending.status === 'ERROR' ? ending.outcome : '' },
      outcome: ending.outcome,
      success: ending.outcome === 'ok' || ending.outcome === 'late_ok',
      errorType: ending.kind === undefined ? undefined : ending.outcome,
      errorKind: ending.kind,
    });
  });

  test('has a hop below it exactly where something was sent', () => {
    const hops = spansOf(cell).filter(({ kind }) => kind === 'CLIENT');
    const found = hops.map(({ status, parentSpanId }) => [status.code, parentSpanId]);
    const expected = ending.hop === undefined ? [] : [[ending.hop, calls()[0]?.spanId]];
    expect(ending.hop === 'maybe' ? hops.every(({ status }) => status.code === 'ERROR') : found).toEqual(
      ending.hop === 'maybe' ? true : expected,
    );
  });

  if (way.isBatch) {
    test('gives its batch the same outcome', () => {
      const batch = spansOf(cell).find(({ name }) => name === 'gateway.call_batch');
      expect(batch).toMatchObject({ kind: 'SERVER', status: { code: ending.status } });
      expect(batch?.attributes).toMatchObject({ 'dcc_mcp.outcome': ending.outcome, 'dcc_mcp.batch.size': 1 });
      expect(calls()[0]?.parentSpanId).toBe(batch?.spanId);
    });
  }

  if (ending.isUnknown !== true) {
    test('is counted once under its tool', () => {
      const counts = valuesOf(runOf(cell).metrics, 'dcc_mcp_tool_calls_total', ['tool', 'status']);
      const isSuccess = ending.outcome === 'ok' || ending.outcome === 'late_ok';
      const before = ending.before?.outcome;
      expect([counts[`${cell.key}__work success`], counts[`${cell.key}__work error`]]).toEqual([
        Number(isSuccess) + Number(before === 'ok'),
        Number(!isSuccess) + Number(before === 'error'),
      ]);
    });
  }
});

/** How often each value stands in the table. */
function tally(values: readonly (string | undefined)[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const value of values) {
    if (value !== undefined) {
      counts[value] = (counts[value] ?? 0) + 1;
    }
  }
  return counts;
}

function moved(metrics: string, name: string, labels: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(valuesOf(metrics, name, labels)).filter(([, value]) => value > 0));
}

describe.each(FACES)('all of --expose %s together', (face) => {
  const endings = CELLS[face].map(({ ending }) => ending);
  const metrics = (): string => runs.get(face)!.metrics;

  test('count each failed hop under its kind', () => {
    const expected = tally([
      ...endings.map(({ backendError }) => backendError),
      ...endings.map(({ before }) => before?.backendError),
    ]);
    expect(moved(metrics(), 'dcc_mcp_gateway_backend_errors_total', ['kind'])).toEqual(expected);
  });

  test('count each refused call under its reason', () => {
    const expected = tally(endings.map(({ rejected }) => rejected));
    expect(moved(metrics(), 'dcc_mcp_gateway_calls_rejected_total', ['reason'])).toEqual(expected);
  });

  test('count what governance refused', () => {
    const expected = tally(endings.map(({ governance }) => governance));
    const labels = ['category', 'outcome'];
    expect(moved(metrics(), 'dcc_mcp_gateway_governance_events_total', labels)).toEqual(expected);
  });

  test('count what named no registered tool as _unknown', () => {
    const unknown = endings.filter(({ isUnknown }) => isUnknown === true).length;
    const counts = valuesOf(metrics(), 'dcc_mcp_tool_calls_total', ['tool', 'status']);
    expect([counts['_unknown success'], counts['_unknown error']]).toEqual([0, unknown]);
  });

  test('count throttled calls as refused by the quota, and by nothing else', () => {
    const throttled = runs.get(`throttled ${face}`)!.metrics;
    const ways = THROTTLED_CELLS[face].length;
    expect(moved(throttled, 'dcc_mcp_gateway_calls_rejected_total', ['reason'])).toEqual({ quota: ways });
    const labels = ['category', 'outcome'];
    const events = moved(throttled, 'dcc_mcp_gateway_governance_events_total', labels);
    expect(events).toEqual({ 'rate-limit throttled': ways });
  });
});
