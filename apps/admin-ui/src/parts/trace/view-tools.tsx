import { useKeys } from '../../shell/use-keys.ts';
import { traceText } from '../../text/trace-text.ts';
import { drawnWindow, type TimeAxis } from './time-axis.ts';
import { shifted } from './time-window.ts';
import { changeView, lookAt, type TraceView, zoomView } from './trace-view.ts';
import style from './waterfall.module.css';

const NEARER = 2;
/** What was at the edge is still to be seen. */
const PAN_SHARE = 0.25;

export interface ViewToolsProps {
  readonly view: TraceView;
  readonly axis: TimeAxis;
  /** How many gaps the trace has, drawn shorter or not. */
  readonly gapCount: number;
}

/** How a trace is looked at: without its plumbing, without its gaps, nearer, farther, whole. */
export function ViewTools({ view, axis, gapCount }: ViewToolsProps) {
  const { isLogical, isCompressed, window } = view;
  const zoom = (factor: number): void => zoomView(axis, window, factor);
  const pan = (share: number): void => lookAt(axis, shifted(drawnWindow(axis, window), share));
  const fit = (): void => lookAt(axis, { from: 0, to: axis.length });
  const toggleLogical = (): void => changeView({ isLogical: !isLogical }, axis.total);
  const toggleGaps = (): void => changeView({ isCompressed: !isCompressed }, axis.total);
  useKeys({
    fit,
    nearer: () => zoom(NEARER),
    farther: () => zoom(1 / NEARER),
    earlier: () => pan(-PAN_SHARE),
    later: () => pan(PAN_SHARE),
    logical: toggleLogical,
    compress: toggleGaps,
  });
  return (
    <>
      <button
        type="button"
        class={style.pill}
        aria-pressed={isLogical}
        title={traceText('trace.logical.title')}
        onClick={toggleLogical}
      >
        {traceText('trace.logical')}
      </button>
      <button
        type="button"
        class={style.pill}
        aria-pressed={isCompressed}
        disabled={gapCount === 0 && !isCompressed}
        title={traceText('trace.compress.title')}
        onClick={toggleGaps}
      >
        {traceText('trace.compress', { n: gapCount })}
      </button>
      <span class={style.space} />
      <button
        type="button"
        aria-label={traceText('trace.zoomOut')}
        title={traceText('trace.zoomOut')}
        onClick={() => zoom(1 / NEARER)}
      >
        −
      </button>
      <button type="button" onClick={fit} title="0">
        {traceText('trace.fit')}
      </button>
      <button
        type="button"
        aria-label={traceText('trace.zoomIn')}
        title={traceText('trace.zoomIn')}
        onClick={() => zoom(NEARER)}
      >
        +
      </button>
    </>
  );
}
