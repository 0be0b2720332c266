import { useRef, useState } from 'preact/hooks';
import { traceText } from '../../text/trace-text.ts';
import { useWidth } from '../list/use-width.ts';
import { rulerMarks } from './ruler-marks.ts';
import { drawnWindow, type TimeAxis } from './time-axis.ts';
import { type TimeWindow, zoomed } from './time-window.ts';
import { lookAt } from './trace-view.ts';
import style from './waterfall.module.css';

/** Movements shorter than this are clicks. */
const LEAST_DRAG_PIXELS = 4;
const WHEEL_FACTOR = 1.25;

/** The times of a waterfall. A part that is dragged over is looked at; the wheel with Ctrl comes nearer. */
export function Ruler({ window, axis }: { readonly window: TimeWindow; readonly axis: TimeAxis }) {
  const scale = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<readonly [number, number] | undefined>();
  const width = useWidth(scale);
  const drawn = drawnWindow(axis, window);
  const length = drawn.to - drawn.from;
  const shareAt = (clientX: number): number => {
    const box = scale.current?.getBoundingClientRect();
    return box === undefined ? 0 : Math.min(Math.max((clientX - box.left) / box.width, 0), 1);
  };
  const finish = (): void => {
    if (drag !== undefined && Math.abs(drag[1] - drag[0]) * width > LEAST_DRAG_PIXELS) {
      const [from, to] = drag.toSorted((one, other) => one - other);
      lookAt(axis, { from: drawn.from + (from ?? 0) * length, to: drawn.from + (to ?? 1) * length });
    }
    setDrag(undefined);
  };
  return (
    <div class={style.ruler} role="row">
      <span role="columnheader">{traceText('trace.span')}</span>
      <div
        ref={scale}
        role="columnheader"
        aria-label={traceText('trace.time')}
        title={traceText('trace.ruler')}
        class={style.scale}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag([shareAt(event.clientX), shareAt(event.clientX)]);
        }}
        onPointerMove={({ clientX }) => drag !== undefined && setDrag([drag[0], shareAt(clientX)])}
        onPointerUp={finish}
        onWheel={(event) => {
          if (event.ctrlKey) {
            event.preventDefault();
            const at = drawn.from + shareAt(event.clientX) * length;
            lookAt(axis, zoomed(drawn, event.deltaY < 0 ? WHEEL_FACTOR : 1 / WHEEL_FACTOR, at));
          }
        }}
      >
        {rulerMarks(axis, window, width).map(({ at, text, isGap }) => (
          <span
            key={at}
            class={isGap ? style.gapLength : undefined}
            title={isGap ? traceText('trace.gap') : undefined}
            style={{ left: `${((at - drawn.from) / length) * 100}%` }}
          >
            {text}
          </span>
        ))}
        {drag !== undefined && (
          <div
            class={style.brush}
            style={{ left: `${Math.min(...drag) * 100}%`, width: `${Math.abs(drag[1] - drag[0]) * 100}%` }}
          />
        )}
      </div>
    </div>
  );
}
