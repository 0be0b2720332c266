// How a trace is looked at, as it stands in the address: `logical 12.5-80`.
import { go, place } from '../../state/place.ts';
import { clamped, type TimeWindow, windowOf, windowText, zoomed } from './time-window.ts';

export interface TraceView {
  /** Whether plumbing is folded away. */
  readonly isLogical: boolean;
  readonly window: TimeWindow;
}

const LOGICAL = 'logical';

export function viewOf(text: string | undefined, totalMillis: number): TraceView {
  const words = text?.split(' ') ?? [];
  return { isLogical: words.includes(LOGICAL), window: windowOf(words.at(-1), totalMillis) };
}

/** Undefined for the whole trace with all that is in it. */
export function viewText({ isLogical, window }: TraceView, totalMillis: number): string | undefined {
  const words = [isLogical ? LOGICAL : '', windowText(window, totalMillis) ?? ''].filter((word) => word !== '');
  return words.length === 0 ? undefined : words.join(' ');
}

/** Looks at the trace otherwise; a part that lies outside of it is moved into it. */
export function changeView(changes: Partial<TraceView>, totalMillis: number): void {
  const { window, ...words } = { ...viewOf(place.value.view, totalMillis), ...changes };
  const view = viewText({ ...words, window: clamped(window, totalMillis) }, totalMillis);
  go({ view }, { replace: true });
}

/** Nearer by `factor` to the middle of what is looked at, or farther. */
export function zoomView({ window }: TraceView, factor: number, totalMillis: number): void {
  changeView({ window: zoomed(window, factor, (window.from + window.to) / 2) }, totalMillis);
}

export function fitView(totalMillis: number): void {
  changeView({ window: { from: 0, to: totalMillis } }, totalMillis);
}
