import { useState } from 'preact/hooks';
import type { TimeAxis } from './time-axis.ts';
import type { TimeWindow } from './time-window.ts';
import { lookAt } from './trace-view.ts';

/** Movements shorter than this are clicks. */
const LEAST_DRAG_PIXELS = 4;

interface Drag {
  readonly begin: number;
  readonly end: number;
  /** What is dragged along; else the part between begin and end is looked at. */
  readonly moved?: TimeWindow | undefined;
}

export interface DragOptions {
  readonly axis: TimeAxis;
  /** The part of what is drawn that the element shows. */
  readonly shown: TimeWindow;
  /** The part of it that can be taken and dragged along. */
  readonly taken?: TimeWindow | undefined;
}

/** Looks at what is dragged over in an element. */
export function useDrag(element: { readonly current: HTMLElement | null }, { axis, shown, taken }: DragOptions) {
  const [drag, setDrag] = useState<Drag | undefined>();
  const width = shown.to - shown.from;
  const timeAt = (clientX: number): number => {
    const box = element.current?.getBoundingClientRect();
    const share = box === undefined ? 0 : (clientX - box.left) / box.width;
    return shown.from + Math.min(Math.max(share, 0), 1) * width;
  };
  const brush = drag?.moved === undefined ? drag && sorted(drag) : undefined;
  const handlers = {
    onPointerDown(event: PointerEvent): void {
      // Other buttons have a menu of the browser, which may keep their end to itself.
      if (event.button !== 0) {
        return;
      }
      element.current?.setPointerCapture(event.pointerId);
      const begin = timeAt(event.clientX);
      const isTaken = taken !== undefined && begin >= taken.from && begin <= taken.to;
      setDrag({ begin, end: begin, moved: isTaken ? taken : undefined });
    },
    onPointerMove({ clientX }: PointerEvent): void {
      if (drag?.moved !== undefined) {
        const by = timeAt(clientX) - drag.begin;
        lookAt(axis, { from: drag.moved.from + by, to: drag.moved.to + by });
      } else if (drag !== undefined) {
        setDrag({ ...drag, end: timeAt(clientX) });
      }
    },
    onPointerUp(): void {
      const least = (LEAST_DRAG_PIXELS / (element.current?.clientWidth ?? 1)) * width;
      if (brush !== undefined && brush.to - brush.from > least) {
        lookAt(axis, brush);
      }
    },
    // After the end, and where the browser takes the pointer away.
    onLostPointerCapture: (): void => setDrag(undefined),
  };
  return { brush, timeAt, handlers };
}

function sorted({ begin, end }: Drag): TimeWindow {
  return { from: Math.min(begin, end), to: Math.max(begin, end) };
}
