import { useRef } from 'preact/hooks';
import { traceText } from '../../text/trace-text.ts';
import { useWidth } from '../list/use-width.ts';
import { rulerMarks } from './ruler-marks.ts';
import { drawnWindow, type TimeAxis } from './time-axis.ts';
import { percents, shareOf, type TimeWindow, zoomed } from './time-window.ts';
import { lookAt } from './trace-view.ts';
import { useDrag } from './use-drag.ts';
import style from './waterfall.module.css';

const WHEEL_FACTOR = 1.25;

/** The times of a waterfall. A part that is dragged over is looked at; the wheel with Ctrl comes nearer. */
export function Ruler({ window, axis }: { readonly window: TimeWindow; readonly axis: TimeAxis }) {
  const scale = useRef<HTMLDivElement>(null);
  const width = useWidth(scale);
  const drawn = drawnWindow(axis, window);
  const { brush, timeAt, handlers } = useDrag(scale, { axis, shown: drawn });
  const shareAt = (at: number): number => shareOf({ from: at, to: at }, drawn).left;
  return (
    <div class={style.ruler} role="row">
      <span role="columnheader">{traceText('trace.span')}</span>
      <div
        ref={scale}
        role="columnheader"
        aria-label={traceText('trace.time')}
        title={traceText('trace.ruler')}
        class={style.scale}
        {...handlers}
        onWheel={(event) => {
          if (event.ctrlKey) {
            event.preventDefault();
            const factor = event.deltaY < 0 ? WHEEL_FACTOR : 1 / WHEEL_FACTOR;
            lookAt(axis, zoomed(drawn, factor, timeAt(event.clientX)));
          }
        }}
      >
        {rulerMarks(axis, window, width).map(({ at, text, isGap, isBefore }) => (
          <span
            key={at}
            class={`${isGap ? style.gapLength : ''} ${isBefore ? style.before : ''}`}
            title={isGap ? traceText('trace.gap') : undefined}
            style={isBefore ? { right: `${100 - shareAt(at)}%` } : { left: `${shareAt(at)}%` }}
          >
            {text}
          </span>
        ))}
        {brush !== undefined && <div class={`drawn ${style.brush}`} style={percents(shareOf(brush, drawn))} />}
      </div>
    </div>
  );
}
