import { useRef, useState } from 'preact/hooks';
import { duration } from '../../text/format.ts';
import { traceText } from '../../text/trace-text.ts';
import { ticksOf, type TimeWindow, zoomed } from './time-window.ts';
import { changeView } from './trace-view.ts';
import style from './waterfall.module.css';

/** Movements shorter than this are clicks. */
const LEAST_DRAG_PIXELS = 4;
const WHEEL_FACTOR = 1.25;

/** The times of a waterfall. A part that is dragged over is looked at; the wheel with Ctrl comes nearer. */
export function Ruler({ window, total }: { readonly window: TimeWindow; readonly total: number }) {
  const scale = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<readonly [number, number] | undefined>();
  const length = window.to - window.from;
  const show = (next: TimeWindow): void => changeView({ window: next }, total);
  const shareAt = (clientX: number): number => {
    const box = scale.current?.getBoundingClientRect();
    return box === undefined ? 0 : Math.min(Math.max((clientX - box.left) / box.width, 0), 1);
  };
  const finish = (): void => {
    const width = scale.current?.clientWidth ?? 0;
    if (drag !== undefined && Math.abs(drag[1] - drag[0]) * width > LEAST_DRAG_PIXELS) {
      const [from, to] = drag.toSorted((one, other) => one - other);
      show({ from: window.from + (from ?? 0) * length, to: window.from + (to ?? 1) * length });
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
            const at = window.from + shareAt(event.clientX) * length;
            show(zoomed(window, event.deltaY < 0 ? WHEEL_FACTOR : 1 / WHEEL_FACTOR, at));
          }
        }}
      >
        {ticksOf(window).map((tick) => (
          <span key={tick} style={{ left: `${((tick - window.from) / length) * 100}%` }}>
            {duration(tick)}
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
