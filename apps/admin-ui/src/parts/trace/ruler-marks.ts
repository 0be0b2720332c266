import { duration } from '../../text/format.ts';
import { drawnWindow, type TimeAxis } from './time-axis.ts';
import type { TimeWindow } from './time-window.ts';

/** What stands on a ruler: a time, or the length of a gap that is drawn shorter than it is. */
export interface RulerMark {
  /** As it is drawn. */
  readonly at: number;
  readonly text: string;
  readonly isGap: boolean;
  /** Its text stands before its place, for want of room behind it. */
  readonly isBefore: boolean;
}

type Mark = Omit<RulerMark, 'isBefore'>;

/** About so many times stand on a ruler that is wide enough. */
const TIMES = 5;
/** What most texts need. */
const TEXT_PIXELS = 56;
/** A text of wide letters, and the line beside it. */
const LETTER_PIXELS = 7;
const LINE_PIXELS = 8;

/** Gaps and round times of the part of a trace that is looked at, as many as have room. */
export function rulerMarks(axis: TimeAxis, window: TimeWindow, widthPixels = Infinity): readonly RulerMark[] {
  const drawn = drawnWindow(axis, window);
  const length = drawn.to - drawn.from;
  const step = roundStep(length / Math.min(TIMES, widthPixels / TEXT_PIXELS / 1.5));
  const gaps = axis.gaps.filter(({ from, to }) => from < window.to && to > window.from);
  const gapMarks = gaps.map(({ from, to }) => ({
    at: Math.max(axis.toDrawn(from), drawn.from),
    text: `⋯ ${duration(to - from)}`,
    isGap: true,
  }));
  const edges = [window.from, ...gaps.flatMap(({ from, to }) => [from, to]), window.to];
  const times = edges.flatMap((from, index) => (index % 2 === 0 ? timesIn(from, edges[index + 1] ?? from, step) : []));
  const marks = times.map((time) => ({ at: axis.toDrawn(time), text: timeText(time, step), isGap: false }));
  return spaced([...gapMarks, ...marks], drawn, length / widthPixels);
}

/** Each where its text is whole, without those that would lie over an earlier one. */
function spaced(marks: readonly Mark[], drawn: TimeWindow, pixel: number): readonly RulerMark[] {
  const kept: (RulerMark & TimeWindow)[] = [];
  for (const mark of marks) {
    const { at } = mark;
    const needs = (mark.text.length * LETTER_PIXELS + LINE_PIXELS) * pixel;
    const isBefore = at + needs > drawn.to && at - needs >= drawn.from;
    const { from, to } = isBefore ? { from: at - needs, to: at } : { from: at, to: at + needs };
    if (kept.every((other) => to <= other.from || from >= other.to)) {
      kept.push({ ...mark, isBefore, from, to });
    }
  }
  return kept.toSorted((one, other) => one.at - other.at);
}

function timesIn(from: number, to: number, step: number): readonly number[] {
  const first = Math.ceil(from / step);
  // Not added up, which would add up what is rounded, too.
  return Array.from({ length: Math.max(Math.floor(to / step) - first + 1, 0) }, (_, index) => (first + index) * step);
}

/** To the digit of the step: times beside each other are never the same. */
function timeText(millis: number, step: number): string {
  if (millis < 1_000) {
    return `${rounded(millis, step)} ms`;
  }
  return step < 1_000 ? `${rounded(millis / 1_000, step / 1_000)} s` : duration(millis);
}

function rounded(value: number, step: number): number {
  return Number(value.toFixed(Math.max(-Math.floor(Math.log10(step)), 0)));
}

function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(step, 1e-6)));
  return power * ([1, 2, 5, 10].find((each) => each * power >= step) ?? 10);
}
