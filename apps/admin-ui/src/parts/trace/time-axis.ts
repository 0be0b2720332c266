import type { TimeWindow } from './time-window.ts';

/** Where times of a trace are drawn: in milliseconds, each as long as another but for the gaps, which are drawn shorter. */
export interface TimeAxis {
  /** Of the trace. */
  readonly total: number;
  /** Of all that is drawn. */
  readonly length: number;
  readonly gaps: readonly TimeWindow[];
  readonly toDrawn: (millis: number) => number;
  readonly toMillis: (drawn: number) => number;
}

/** What a gap is drawn as, of all that is drawn in full. */
const GAP_SHARE = 1 / 15;

/** @param gaps Parts of the trace, first to last, each longer than a fifteenth of what lies in none. */
export function createAxis(total: number, gaps: readonly TimeWindow[]): TimeAxis {
  const busy = gaps.reduce((left, gap) => left - lengthOf(gap), total);
  const drawnGap = busy * GAP_SHARE;
  return {
    total,
    length: busy + gaps.length * drawnGap,
    gaps,
    toDrawn(millis) {
      return gaps.reduce((drawn, gap) => {
        const share = (millis - gap.from) / lengthOf(gap);
        return drawn - Math.min(Math.max(share, 0), 1) * (lengthOf(gap) - drawnGap);
      }, millis);
    },
    toMillis(drawn) {
      return gaps.reduce((at, gap) => {
        const share = (at - gap.from) / drawnGap;
        return at + Math.min(Math.max(share, 0), 1) * (lengthOf(gap) - drawnGap);
      }, drawn);
    },
  };
}

/** A part of the trace as it is drawn. */
export function drawnWindow({ toDrawn }: TimeAxis, { from, to }: TimeWindow): TimeWindow {
  return { from: toDrawn(from), to: toDrawn(to) };
}

function lengthOf({ from, to }: TimeWindow): number {
  return to - from;
}
