import type { TraceSpan } from '@dcc-mcp/call-store';
import { useMemo, useRef } from 'preact/hooks';
import { duration } from '../../text/format.ts';
import { traceText } from '../../text/trace-text.ts';
import { drawnWindow, type TimeAxis } from './time-axis.ts';
import { percents, shareOf, type TimeWindow } from './time-window.ts';
import { lookAt } from './trace-view.ts';
import { useDrag } from './use-drag.ts';
import style from './waterfall.module.css';

/** Across and down, whatever its size. */
const SIZE = 100;
/** The shortest span is still to be seen. */
const LEAST_WIDTH = 0.3;

export interface MinimapProps {
  readonly spans: readonly TraceSpan[];
  readonly axis: TimeAxis;
  readonly window: TimeWindow;
}

/** All spans of a trace in a strip, and the part of it that is seen: to drag along, or over another part. */
export function Minimap({ spans, axis, window }: MinimapProps) {
  const strip = useRef<HTMLDivElement>(null);
  const whole = { from: 0, to: axis.length };
  const drawn = drawnWindow(axis, window);
  const length = drawn.to - drawn.from;
  const isPart = window.to - window.from < axis.total;
  const { brush, handlers } = useDrag(strip, { axis, shown: whole, taken: isPart ? drawn : undefined });
  const paths = useMemo(() => pathsOf(spans, axis), [spans, axis]);
  return (
    <div class={style.map}>
      <span class="soft">{textOf(window)}</span>
      <div
        ref={strip}
        class={style.strip}
        role="slider"
        tabIndex={0}
        aria-label={traceText('trace.map')}
        title={traceText('trace.map')}
        aria-valuemin={0}
        aria-valuemax={axis.total}
        aria-valuenow={window.from}
        aria-valuetext={textOf(window)}
        {...handlers}
        onKeyDown={(event) => {
          const from = { Home: 0, End: axis.length - length }[event.key];
          if (from !== undefined) {
            event.preventDefault();
            lookAt(axis, { from, to: from + length });
          }
        }}
      >
        <svg viewBox={`0 0 ${SIZE} ${SIZE}`} preserveAspectRatio="none" aria-hidden="true">
          {paths.map(([kind, path]) => (
            <path key={kind} class={`drawn ${style[kind] ?? ''}`} d={path} />
          ))}
        </svg>
        {isPart && <div class={`drawn ${style.seen}`} style={percents(shareOf(drawn, whole))} />}
        {brush !== undefined && <div class={`drawn ${style.brush}`} style={percents(shareOf(brush, whole))} />}
      </div>
    </div>
  );
}

function textOf({ from, to }: TimeWindow): string {
  return `${duration(from)} – ${duration(to)}`;
}

/** A line for each span at its time, below the one before: those of one colour in one path, what failed on top. */
function pathsOf(spans: readonly TraceSpan[], axis: TimeAxis): readonly (readonly [string, string])[] {
  const paths = { internal: '', client: '', failed: '' };
  spans.forEach(({ kind, ok, started_ms: started, duration_ms: millis }, index) => {
    const drawn = drawnWindow(axis, { from: started, to: started + millis });
    const { left, width } = shareOf(drawn, { from: 0, to: axis.length });
    const y = ((index + 0.5) / spans.length) * SIZE;
    paths[ok ? (kind === 'client' ? kind : 'internal') : 'failed'] +=
      `M${Math.min(left, SIZE - LEAST_WIDTH)} ${y}h${Math.max(width, LEAST_WIDTH)}`;
  });
  return Object.entries(paths);
}
