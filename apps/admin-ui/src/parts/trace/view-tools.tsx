import { useKeys } from '../../shell/use-keys.ts';
import { traceText } from '../../text/trace-text.ts';
import { shifted } from './time-window.ts';
import { changeView, fitView, type TraceView, zoomView } from './trace-view.ts';
import style from './waterfall.module.css';

const NEARER = 2;
/** What was at the edge is still to be seen. */
const PAN_SHARE = 0.25;

export interface ViewToolsProps {
  readonly view: TraceView;
  readonly total: number;
}

/** How a trace is looked at: without its plumbing, nearer, farther, whole. */
export function ViewTools({ view, total }: ViewToolsProps) {
  const zoom = (factor: number): void => zoomView(view, factor, total);
  const toggleLogical = (): void => changeView({ isLogical: !view.isLogical }, total);
  const pan = (share: number): void => changeView({ window: shifted(view.window, share) }, total);
  useKeys({
    fit: () => fitView(total),
    nearer: () => zoom(NEARER),
    farther: () => zoom(1 / NEARER),
    earlier: () => pan(-PAN_SHARE),
    later: () => pan(PAN_SHARE),
    logical: toggleLogical,
  });
  return (
    <>
      <button
        type="button"
        class={style.pill}
        aria-pressed={view.isLogical}
        title={traceText('trace.logical.title')}
        onClick={toggleLogical}
      >
        {traceText('trace.logical')}
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
      <button type="button" onClick={() => fitView(total)} title="0">
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
