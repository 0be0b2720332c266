// How a trace is looked at, as it stands in the address: `logical compressed 12.5-80`.
import { go, place } from '../../state/place.ts';
import { drawnWindow, type TimeAxis } from './time-axis.ts';
import { clamped, type TimeWindow, windowOf, windowText, zoomed } from './time-window.ts';

export interface TraceView {
  /** Whether plumbing is folded away. */
  readonly isLogical: boolean;
  /** Whether gaps are drawn shorter than they are. */
  readonly isCompressed: boolean;
  readonly window: TimeWindow;
}

const LOGICAL = 'logical';
const COMPRESSED = 'compressed';

export function viewOf(text: string | undefined, totalMillis: number): TraceView {
  const words = text?.split(' ') ?? [];
  return {
    isLogical: words.includes(LOGICAL),
    isCompressed: words.includes(COMPRESSED),
    window: windowOf(words.at(-1), totalMillis),
  };
}

/** Undefined for the whole trace with all that is in it. */
export function viewText({ isLogical, isCompressed, window }: TraceView, totalMillis: number): string | undefined {
  const words = [isLogical && LOGICAL, isCompressed && COMPRESSED, windowText(window, totalMillis)];
  return words.filter((word) => typeof word === 'string').join(' ') || undefined;
}

export function changeView(changes: Partial<TraceView>, totalMillis: number): void {
  const next = { ...viewOf(place.value.view, totalMillis), ...changes };
  go({ view: viewText(next, totalMillis) }, { replace: true });
}

/** Looks at a part of what is drawn; one that lies outside of the trace is moved into it. */
export function lookAt({ length, total, toMillis }: TimeAxis, drawn: TimeWindow): void {
  const { from, to } = clamped(drawn, length);
  changeView({ window: { from: toMillis(from), to: toMillis(to) } }, total);
}

/** Nearer by `factor` to the middle of what is looked at, or farther. */
export function zoomView(axis: TimeAxis, window: TimeWindow, factor: number): void {
  const drawn = drawnWindow(axis, window);
  lookAt(axis, zoomed(drawn, factor, (drawn.from + drawn.to) / 2));
}
