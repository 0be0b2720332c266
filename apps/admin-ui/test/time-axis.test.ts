import type { TraceSpan } from '@dcc-mcp/call-store';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { idleGaps } from '../src/parts/trace/idle-gaps.ts';
import { rulerMarks } from '../src/parts/trace/ruler-marks.ts';
import { createAxis, type TimeAxis } from '../src/parts/trace/time-axis.ts';
import { viewOf, viewText } from '../src/parts/trace/trace-view.ts';

function span(from: number, to: number): TraceSpan {
  return {
    span_id: `${from}-${to}`,
    name: 'hop',
    kind: 'client',
    started_ms: from,
    duration_ms: to - from,
    ok: true,
    attributes: {},
  };
}

const line = (at: number) => ({ at, level: 'info', message: '' });

describe('a gap', () => {
  test('is where nothing begins or ends for more than a fifth of the trace', () => {
    expect(idleGaps([span(0, 1_000), span(100, 301)], [], 1_000)).toEqual([
      { from: 100, to: 301 },
      { from: 301, to: 1_000 },
    ]);
    expect(idleGaps([span(0, 1_000), span(100, 300)], [], 1_000)).toEqual([{ from: 300, to: 1_000 }]);
  });

  test('is none that is shorter than a tenth of a second, nor where a server wrote a line', () => {
    expect(idleGaps([span(0, 110), span(10, 110)], [], 110)).toEqual([]);
    expect(idleGaps([span(0, 111), span(10, 111)], [], 111)).toEqual([{ from: 10, to: 111 }]);
    expect(idleGaps([span(0, 111), span(10, 111)], [line(60)], 111)).toEqual([]);
  });

  test('is none where there is nothing else', () => {
    expect(idleGaps([span(0, 5_000)], [], 5_000)).toEqual([]);
    expect(idleGaps([], [], 0)).toEqual([]);
  });
});

/** A trace of some spans, as it is drawn without its gaps. */
const anAxis: fc.Arbitrary<TimeAxis> = fc
  .record({
    total: fc.integer({ min: 1, max: 3_600_000 }),
    moments: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
  })
  .map(({ total, moments }) =>
    createAxis(
      total,
      idleGaps(
        moments.map((share) => span(0, share * total)),
        [],
        total,
      ),
    ),
  );
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('the axis of a trace without its gaps', () => {
  test('begins and ends with the trace, and is no longer than it', () => {
    fc.assert(
      fc.property(anAxis, (axis) => {
        expect(axis.toDrawn(0)).toBe(0);
        expect(axis.toDrawn(axis.total)).toBeCloseTo(axis.length, 5);
        expect(axis.length).toBeLessThanOrEqual(axis.total);
        expect(axis.length).toBeGreaterThan(0);
      }),
    );
  });

  test('draws what is later further on', () => {
    fc.assert(
      fc.property(anAxis, share, share, (axis, one, other) => {
        const [early, late] = [Math.min(one, other), Math.max(one, other)].map((each) => each * axis.total);
        fc.pre(late! - early! > axis.total / 1_000);
        expect(axis.toDrawn(late!)).toBeGreaterThan(axis.toDrawn(early!));
      }),
    );
  });

  test('leads back to the time that is drawn', () => {
    fc.assert(
      fc.property(anAxis, share, (axis, at) => {
        const back = axis.toMillis(axis.toDrawn(at * axis.total)) / axis.total;
        expect(back).toBeCloseTo(at, 5);
      }),
    );
  });

  test('keeps the length of all that lies in no gap', () => {
    fc.assert(
      fc.property(anAxis, share, share, (axis, one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)].map((each) => each * axis.total);
        fc.pre(axis.gaps.every((gap) => to! <= gap.from || from! >= gap.to));
        expect(axis.toDrawn(to!) - axis.toDrawn(from!)).toBeCloseTo(to! - from!, 3);
      }),
    );
  });

  test('is time itself where there is no gap', () => {
    const axis = createAxis(10, []);
    expect([axis.length, axis.toDrawn(4), axis.toMillis(4)]).toEqual([10, 4, 4]);
  });
});

function textsOf(axis: TimeAxis, window = { from: 0, to: axis.total }, width = 600): readonly string[] {
  return rulerMarks(axis, window, width).map(({ text }) => text);
}

describe('the ruler', () => {
  test('has about five round times', () => {
    expect(textsOf(createAxis(10, []))).toEqual(['0 ms', '2 ms', '4 ms', '6 ms', '8 ms', '10 ms']);
    expect(textsOf(createAxis(1_500, []))).toEqual(['0 ms', '500 ms', '1 s', '1.5 s']);
  });

  test('tells times apart, however near they are', () => {
    expect(textsOf(createAxis(1_108, []), { from: 1_107, to: 1_107.4 })).toEqual([
      '1.107 s',
      '1.1071 s',
      '1.1072 s',
      '1.1073 s',
      '1.1074 s',
    ]);
  });

  test('has true times on both sides of a gap, and how long that is', () => {
    const axis = createAxis(1_200_010, [{ from: 4, to: 1_200_004 }]);
    expect(textsOf(axis)).toEqual(['0 ms', '⋯ 20 min', '1200.005 s', '1200.01 s']);
  });

  test('leaves out times that have no room, and no gap for them', () => {
    const axis = createAxis(1_200_010, [{ from: 4, to: 1_200_004 }]);
    expect(textsOf(axis, { from: 0, to: axis.total }, 240)).toEqual(['0 ms', '⋯ 20 min', '1200.01 s']);
    expect(textsOf(axis, { from: 0, to: axis.total }, 150)).toEqual(['0 ms', '⋯ 20 min']);
  });

  test('writes what is at its end before its place', () => {
    const marks = rulerMarks(createAxis(10, []), { from: 0, to: 10 }, 600);
    expect(marks.map(({ isBefore }) => isBefore)).toEqual([false, false, false, false, false, true]);
  });
});

test('what is left out stands in the address', () => {
  const view = { isLogical: true, isCompressed: true, window: { from: 2, to: 8 } };
  expect(viewText(view, 10)).toBe('logical compressed 2-8');
  expect(viewOf('logical compressed 2-8', 10)).toEqual(view);
  expect(viewText({ ...view, isLogical: false, window: { from: 0, to: 10 } }, 10)).toBe('compressed');
});
