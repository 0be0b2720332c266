import type { TraceSpan } from '@dcc-mcp/call-store';
import { describe, expect, test } from '@jest/globals';
import { criticalPath } from '../src/parts/trace/critical-path.ts';
import { plumbingOf } from '../src/parts/trace/plumbing.ts';
import { isMatch, matchesOf } from '../src/parts/trace/span-matches.ts';
import { clamped, shifted, windowOf, windowText, zoomed } from '../src/parts/trace/time-window.ts';
import { plumbingId, toRows, type WaterfallRow } from '../src/parts/trace/trace-rows.ts';
import { viewOf, viewText } from '../src/parts/trace/trace-view.ts';

function span(id: string, started: number, duration: number, more: Partial<TraceSpan> = {}): TraceSpan {
  return {
    span_id: id,
    name: id,
    kind: 'internal',
    started_ms: started,
    duration_ms: duration,
    ok: true,
    attributes: {},
    ...more,
  };
}

function child(id: string, started: number, duration: number, more: Partial<TraceSpan> = {}): TraceSpan {
  return span(id, started, duration, { parent_span_id: 'root', ...more });
}

function shown(rows: readonly WaterfallRow[]): readonly string[] {
  return rows.map(
    (row) => `${'.'.repeat(row.depth)}${row.type === 'repeats' ? `${row.name}×${row.spans.length}` : row.id}`,
  );
}

const PAYLOAD = {
  mime_type: 'application/json',
  truncated: false,
  original_size: 1,
  estimated_tokens: 1,
  redactions: 0,
};
const NONE = { toggled: new Set<string>() };

describe('the lines of a waterfall', () => {
  test('are the spans as a tree, in order of time', () => {
    const spans = [child('late', 5, 1), span('root', 0, 10), child('early', 1, 2, { kind: 'client' })];
    expect(shown(toRows(spans, NONE))).toEqual(['root', '.early', '.late']);
  });

  test('a span whose parent is elsewhere is a root', () => {
    expect(shown(toRows([span('a', 0, 1, { parent_span_id: 'of-the-caller' })], NONE))).toEqual(['a']);
  });

  test('a span whose id another one has is left out, also where it lies under that', () => {
    const twice = [span('root', 0, 10), child('hop', 1, 5), span('root', 2, 3, { parent_span_id: 'hop' })];
    expect(shown(toRows(twice, NONE))).toEqual(['root', '.hop']);
    expect([...criticalPath(twice)]).toEqual(['root', 'hop']);
  });

  test('five equal siblings are one line, and one that failed never is', () => {
    const equal = Array.from({ length: 5 }, (_, index) => child(`c${index}`, index, 1, { name: 'hop' }));
    const failed = child('bad', 6, 1, { name: 'hop', ok: false });
    expect(shown(toRows([span('root', 0, 10), ...equal, failed], NONE))).toEqual(['root', '.hop×5', '.bad']);
    expect(shown(toRows([span('root', 0, 10), ...equal], { toggled: new Set(['c0*']) }))).toHaveLength(7);
  });

  test('output lies under the hop that ran when it was written', () => {
    const spans = [span('root', 0, 10), child('hop', 2, 3, { kind: 'client' })];
    const lines = [{ at: 3, level: 'error', message: 'no licence' }];
    expect(shown(toRows(spans, { ...NONE, lines }))).toEqual(['root', '.hop', '..hop:0']);
  });

  test('a text is found in what went in and came out, which is of the first span, and in lines of a server', () => {
    const spans = [span('root', 0, 10), child('hop', 2, 3, { kind: 'client' })];
    const lines = [
      { at: 3, level: 'error', message: 'No LICENCE left' },
      { at: 3, level: 'info', message: 'bye' },
    ];
    const output = { ...PAYLOAD, content: '{"say":"licence"}' };
    expect([...matchesOf({ spans, output }, lines, 'licence')]).toEqual(['root', 'hop:0']);
    const only = matchesOf({ spans }, lines, 'licence');
    expect(shown(toRows(spans, { ...NONE, lines, only }))).toEqual(['root', '.hop', '..hop:0']);
    expect(matchesOf({ spans, output }, lines, ' ').size).toBe(0);
  });

  test('a line that stands for equal siblings is a match where one of them is', () => {
    const equal = Array.from({ length: 5 }, (_, index) =>
      child(`c${index}`, index, 1, { name: 'hop', attributes: index === 3 ? { frame: 1_042 } : {} }),
    );
    const spans = [span('root', 0, 10), ...equal];
    const matches = matchesOf({ spans }, [], '1042');
    expect(toRows(spans, NONE).map((row) => isMatch(row, matches))).toEqual([false, true]);
  });

  test('only what matches is left, and what it lies under', () => {
    const spans = [span('root', 0, 10), child('a', 1, 1), child('b', 2, 1, { attributes: { 'tool.name': 'Bake' } })];
    const only = matchesOf({ spans }, [], 'bake');
    expect(shown(toRows(spans, { ...NONE, only }))).toEqual(['root', '.b']);
  });

  test('a trace as deep as it is long is read', () => {
    const deep = Array.from({ length: 20_000 }, (_, index) =>
      span(`s${index}`, index, 1, index === 0 ? {} : { parent_span_id: `s${index - 1}` }),
    );
    expect(toRows(deep, NONE)).toHaveLength(20_000);
  });
});

const root = span('root', 0, 100, { kind: 'server' });

function hop(id: string, duration: number, more: Partial<TraceSpan> = {}): TraceSpan {
  return child(id, 1, duration, { kind: 'client', name: 'tools/call bake', ...more });
}

function foldedOf(spans: readonly TraceSpan[], kept: readonly string[] = []): readonly string[] {
  return [...plumbingOf(spans, 100, new Set(kept))];
}

describe('plumbing', () => {
  test('is a hop, a wait and an answer that went well and took no time to speak of', () => {
    const wait = child('wait', 0, 0.2, { name: 'queue' });
    const answer = child('answer', 3, 0.1, { name: 'response' });
    expect(foldedOf([root, wait, hop('hop', 2), answer])).toEqual(['wait', 'hop', 'answer']);
    expect(foldedOf([root, child('item', 0, 2, { name: 'gateway.call' })])).toEqual([]);
  });

  test('is none that failed, came late, took more than a tenth of the trace, or is looked at', () => {
    expect(foldedOf([root, hop('bad', 2, { ok: false })])).toEqual([]);
    expect(foldedOf([root, hop('late', 2, { outcome: 'late_ok' })])).toEqual([]);
    expect(foldedOf([root, hop('slow', 11)])).toEqual([]);
    expect(foldedOf([root, hop('open', 2)], ['open'])).toEqual([]);
  });

  test('is none that took more than three times what is usual for its name', () => {
    const usual = ['a', 'b', 'c'].map((id) => hop(id, 2));
    expect(foldedOf([root, ...usual, hop('long', 6)])).toContain('long');
    expect(foldedOf([root, ...usual, hop('longer', 6.1)])).toEqual(['a', 'b', 'c']);
  });

  test('is none that one lies under which is none, nor one that lies under nothing', () => {
    const failed = span('failed', 1, 1, { parent_span_id: 'hop', kind: 'client', ok: false });
    expect(foldedOf([root, hop('hop', 2), failed])).toEqual([]);
    expect(foldedOf([root, hop('hop', 2), { ...failed, ok: true }])).toEqual(['hop', 'failed']);
    expect(foldedOf([span('alone', 0, 1, { kind: 'client', parent_span_id: 'of-the-caller' })])).toEqual([]);
  });

  test('is counted on the line of its parent, and shown when that is opened', () => {
    const inner = span('inner', 1, 1, { parent_span_id: 'hop', kind: 'client' });
    const spans = [root, hop('hop', 2), inner, child('item', 4, 1)];
    const plumbing = plumbingOf(spans, 100, new Set());
    const [first, ...others] = toRows(spans, { ...NONE, plumbing });
    expect(first).toMatchObject({ id: 'root', childCount: 1, plumbing: [{ span_id: 'hop' }, { span_id: 'inner' }] });
    expect(shown(others)).toEqual(['.item']);
    const opened = toRows(spans, { toggled: new Set([plumbingId('root')]), plumbing });
    expect(shown(opened)).toEqual(['root', '.hop', '.item']);
  });

  test('folded, stands in the address beside the part that is looked at', () => {
    const logical = { isLogical: true, isCompressed: false, window: { from: 2, to: 8 } };
    expect(viewText(logical, 10)).toBe('logical 2-8');
    expect(viewOf('logical 2-8', 10)).toEqual(logical);
    expect(viewOf('logical', 10)).toEqual({ ...logical, window: { from: 0, to: 10 } });
    expect(viewOf('2-8', 10)).toEqual({ ...logical, isLogical: false });
    expect(viewText(viewOf(undefined, 10), 10)).toBeUndefined();
  });
});

test.each([
  ['duration_ms>5s', ['render']],
  ['ok=false OR duration_ms>5s', ['render', 'hop']],
  ['name~HOP ok=true', []],
  ['ok=false hop', ['hop']],
  // No field of a span: it is looked for as it stands.
  ['frame=1', ['frame']],
  ['5s', []],
])('what is looked for as %s are the spans %p', (text, found) => {
  const spans = [
    span('render', 0, 6_000),
    span('hop', 0, 10, { ok: false }),
    span('frame', 0, 1, { attributes: { said: 'frame=1' } }),
  ];
  expect([...matchesOf({ spans }, [], text)]).toEqual(found);
});

test('the critical path is what the end of the trace waited for', () => {
  const spans = [span('root', 0, 10), child('first', 0, 4), child('beside', 0, 3), child('last', 4, 5.9)];
  expect([...criticalPath(spans)].toSorted()).toEqual(['first', 'last', 'root']);
});

describe('the part of a trace that is looked at', () => {
  test('is read from the address and written to it', () => {
    expect(windowOf('2-8', 10)).toEqual({ from: 2, to: 8 });
    expect(windowText({ from: 2, to: 8 }, 10)).toBe('2-8');
    expect(windowText({ from: 0, to: 10 }, 10)).toBeUndefined();
  });

  test.each([undefined, '', 'x', '8-2', '-1-5', '20-30'])('is the whole where the address says %j', (text) => {
    expect(windowOf(text, 10)).toEqual({ from: 0, to: 10 });
  });

  test('comes nearer around a time, and stays within the trace', () => {
    expect(zoomed({ from: 0, to: 10 }, 2, 5)).toEqual({ from: 2.5, to: 7.5 });
    expect(clamped(zoomed({ from: 0, to: 10 }, 0.5, 5), 10)).toEqual({ from: 0, to: 10 });
  });

  test('goes a quarter of its length on, and no further than the trace', () => {
    expect(shifted({ from: 20, to: 40 }, 0.25)).toEqual({ from: 25, to: 45 });
    expect(clamped(shifted({ from: 85, to: 100 }, 0.25), 100)).toEqual({ from: 85, to: 100 });
    expect(clamped(shifted({ from: 1, to: 21 }, -0.25), 100)).toEqual({ from: 0, to: 20 });
  });

  test('that was rounded on its way to the whole is the whole', () => {
    expect(windowText({ from: 0.001, to: 14.646 }, 14.646)).toBeUndefined();
    expect(windowText({ from: 0, to: 14.6 }, 14.646)).toBe('0-14.6');
  });
});
