import type { TraceSpan } from '@dcc-mcp/call-store';
import { duration } from '../../text/format.ts';
import { traceText } from '../../text/trace-text.ts';
import { drawnWindow, type TimeAxis } from './time-axis.ts';
import { percents, type Share, shareOf, type TimeWindow } from './time-window.ts';
import type { WaterfallRow } from './trace-rows.ts';
import style from './waterfall.module.css';

export interface WaterfallLineProps {
  readonly row: WaterfallRow;
  readonly start: number;
  readonly window: TimeWindow;
  readonly axis: TimeAxis;
  readonly isOpen: boolean;
  readonly isMatch: boolean;
  readonly isCritical: boolean;
  readonly isFolded: boolean;
  readonly onOpen: () => void;
  readonly onToggle: () => void;
  readonly isPlumbingShown: boolean;
  readonly onTogglePlumbing: () => void;
}

/** One line: its name where it belongs in the tree, its bar where it ran. */
export function WaterfallLine(props: WaterfallLineProps) {
  const { row, start, isOpen, isMatch, isFolded } = props;
  const isFoldable = row.type === 'repeats' || (row.type === 'span' && row.childCount > 0);
  const classes = [style.line, isOpen ? style.open : '', isMatch ? style.match : ''];
  return (
    <div
      role="row"
      aria-level={row.depth + 1}
      aria-expanded={isFoldable ? !isFolded : undefined}
      aria-current={isOpen ? 'true' : undefined}
      class={classes.join(' ')}
      style={{ transform: `translateY(${start}px)` }}
      onClick={props.onOpen}
    >
      <span role="gridcell" class={`clip ${style.name}`} style={{ paddingLeft: `${Math.min(row.depth, 24) * 0.9}rem` }}>
        {isFoldable ? (
          <button
            type="button"
            class={style.fold}
            aria-label={isFolded ? traceText('trace.unfold') : traceText('trace.fold')}
            onClick={(event) => (event.stopPropagation(), props.onToggle())}
          >
            {isFolded ? '▸' : '▾'}
          </button>
        ) : (
          <span class={style.fold} />
        )}
        <Name row={row} />
        {row.type === 'span' && row.plumbing.length > 0 && <PlumbingPill {...props} spans={row.plumbing} />}
      </span>
      <Bar {...props} />
    </div>
  );
}

interface PlumbingPillProps extends Pick<WaterfallLineProps, 'isPlumbingShown' | 'onTogglePlumbing'> {
  readonly spans: readonly TraceSpan[];
}

/** How much was folded away below a span; opens it. */
function PlumbingPill({ spans, isPlumbingShown, onTogglePlumbing }: PlumbingPillProps) {
  const text = traceText('trace.plumbing', {
    n: spans.length,
    names: [...new Set(spans.map(({ name }) => name))].join(', '),
  });
  return (
    <button
      type="button"
      class={style.plumbing}
      aria-expanded={isPlumbingShown}
      aria-label={text}
      title={text}
      onClick={(event) => (event.stopPropagation(), onTogglePlumbing())}
    >
      {isPlumbingShown ? '−' : '+'}
      {spans.length}
    </button>
  );
}

function Name({ row }: { readonly row: WaterfallRow }) {
  if (row.type === 'line') {
    const tone = row.line.level === 'error' ? 'bad' : row.line.level === 'warning' ? 'warn' : 'soft';
    return (
      <span class={`mono ${tone}`} title={row.line.message}>
        {row.line.message}
      </span>
    );
  }
  if (row.type === 'repeats') {
    const longest = Math.max(...row.spans.map(({ duration_ms: length }) => length));
    const all = row.spans.reduce((sum, { duration_ms: length }) => sum + length, 0);
    return (
      <span class="soft">
        {row.name} × {row.spans.length} ·{' '}
        {traceText('trace.repeats', { all: duration(all), longest: duration(longest) })}
      </span>
    );
  }
  const { span } = row;
  return (
    <span title={span.name}>
      <KindSign kind={span.kind} /> <span class={span.ok ? undefined : 'bad'}>{span.name}</span>
      {!span.ok && <span class="bad"> ✕ {span.outcome ?? ''}</span>}
      {row.plumbing.length > 0 && <span class="soft"> {toolOf(span)}</span>}
    </span>
  );
}

/** The name of the hop says it, too, but may be folded away. */
function toolOf({ attributes: { 'dcc_mcp.tool.slug': slug } }: TraceSpan): string {
  return typeof slug === 'string' ? slug : '';
}

const SIGNS: Readonly<Record<string, string>> = { server: '⇥', client: '↗', internal: '·' };

function KindSign({ kind }: { readonly kind: string }) {
  return (
    <span class="soft" role="img" aria-label={kind} title={kind}>
      {SIGNS[kind] ?? '·'}
    </span>
  );
}

function Bar({ row, window, axis, isCritical }: WaterfallLineProps) {
  const { from, to } = timesOf(row);
  const shareAt = (part: TimeWindow): Share => shareOf(drawnWindow(axis, part), drawnWindow(axis, window));
  const { left, width } = shareAt({ from, to });
  const place = lengthPlace(left, width);
  const isFailed = row.type === 'span' && !row.span.ok;
  const kind = row.type === 'span' ? row.span.kind : row.type === 'line' ? 'written' : row.type;
  const colour = ['drawn', style.bar, style[kind] ?? '', isFailed ? style.failed : ''].join(' ');
  // Hatches lie over the bar, but not over its length.
  const isOverHatch = place.isInside && axis.gaps.length > 0;
  return (
    <span role="gridcell" class={style.track}>
      <span class={`${colour} ${isCritical ? style.critical : ''}`} style={percents({ left, width })} />
      {axis.gaps.map((gap) => (
        <span
          key={gap.from}
          class={`drawn ${style.gap} ${gap.from < to && gap.to > from ? style.hatched : ''}`}
          style={percents(shareAt(gap))}
        />
      ))}
      <span
        class={`${isOverHatch ? colour : ''} ${style.length} ${place.isInside ? style.inside : ''}`}
        style={place.style}
      >
        {row.type === 'line' ? duration(from) : duration(to - from)}
      </span>
    </span>
  );
}

interface LengthPlace {
  readonly style: { left: string } | { right: string };
  readonly isInside: boolean;
}

/** Where the length of a bar is written: behind it, else before it, else where it begins. All in percent of the width. */
function lengthPlace(left: number, width: number): LengthPlace {
  const end = Math.max(left + width, 0);
  if (end < 82) {
    return { style: { left: `${end}%` }, isInside: false };
  }
  return left > 18
    ? { style: { right: `${100 - Math.min(left, 100)}%` }, isInside: false }
    : { style: { left: `${Math.max(left, 0)}%` }, isInside: true };
}

function timesOf(row: WaterfallRow): TimeWindow {
  if (row.type === 'line') {
    return { from: row.line.at, to: row.line.at };
  }
  const spans = row.type === 'span' ? [row.span] : row.spans;
  return {
    from: Math.min(...spans.map(({ started_ms: from }) => from)),
    to: Math.max(...spans.map(({ started_ms: from, duration_ms: length }) => from + length)),
  };
}
