import type { TraceDetail, TraceSpan } from '@dcc-mcp/call-store';
import { signal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useKeys } from '../../shell/use-keys.ts';
import { go, place } from '../../state/place.ts';
import { useVirtualRows } from '../list/use-virtual-rows.ts';
import { criticalPath } from './critical-path.ts';
import { idleGaps } from './idle-gaps.ts';
import { Minimap } from './minimap.tsx';
import { plumbingOf } from './plumbing.ts';
import { Ruler } from './ruler.tsx';
import { isMatch, matchesOf, slowSpans } from './span-matches.ts';
import { createAxis } from './time-axis.ts';
import { linesBySpan, type OutputLine, plumbingId, rowIndex, toRows, type WaterfallRow } from './trace-rows.ts';
import { TraceTools, type Pill } from './trace-tools.tsx';
import { viewOf } from './trace-view.ts';
import { WaterfallLine } from './waterfall-line.tsx';
import style from './waterfall.module.css';

const ROW_PIXELS = 26;
/** So many lines are shown whole; of more, those in sight. */
const MAX_PIXELS = 520;

/** Whether spans that don't match are left out. It is the reader's way of looking, for all traces. */
const isMatchesOnly = signal(false);

/** Where the time of a trace went: a tree of spans, each where it ran. */
export function Waterfall({ trace }: { readonly trace: TraceDetail }) {
  const { spans, total_ms: total } = trace;
  const { span: open, view: viewWords } = place.value;
  const view = viewOf(viewWords, total);
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const marks = useMemo(() => marksOf(spans, total), [trace]);
  const { rows, matches, gaps } = useTraceRows(trace, toggled, view.isLogical);
  const axis = useMemo(() => createAxis(total, view.isCompressed ? gaps : []), [gaps, view.isCompressed]);
  const body = useRef<HTMLDivElement>(null);
  const { items, height, reveal } = useVirtualRows(body, rows.length, ROW_PIXELS);
  const openIndex = rowIndex(rows, open);
  // Not before it is drawn: what is opened may have been folded away.
  useEffect(() => {
    if (openIndex !== -1) {
      reveal(openIndex);
    }
  }, [open]);
  const toggle = (id: string): void => setToggled(withToggled(toggled, id));
  useWaterfallKeys({ rows, matches, open, onOpen: openSpan, onToggle: toggle });
  const pills = pillsOf(marks, matches, place.value.find);
  return (
    <div class={style.waterfall}>
      <TraceTools {...{ pills, open, isMatchesOnly, view, axis }} gapCount={gaps.length} onOpen={openSpan} />
      <Minimap spans={spans} axis={axis} window={view.window} />
      <div role="treegrid" aria-label={trace.trace_id} aria-rowcount={rows.length}>
        <Ruler window={view.window} axis={axis} />
        <div
          ref={body}
          class={style.body}
          role="rowgroup"
          tabIndex={0}
          aria-label={trace.trace_id}
          style={{ height: `${Math.min(height, MAX_PIXELS)}px` }}
        >
          <div class={style.all} style={{ height: `${height}px` }}>
            {items.map(({ index, start }) => {
              const row = rows[index];
              return row === undefined ? null : (
                <WaterfallLine
                  key={row.id}
                  {...{ row, start, axis }}
                  window={view.window}
                  isOpen={index === openIndex}
                  isMatch={isMatch(row, matches)}
                  isCritical={marks.critical.has(row.id)}
                  isFolded={row.type === 'repeats' ? !toggled.has(row.id) : toggled.has(row.id)}
                  onOpen={() => openSpan(index === openIndex ? undefined : row.id)}
                  onToggle={() => toggle(row.id)}
                  isPlumbingShown={toggled.has(plumbingId(row.id)) && !toggled.has(row.id)}
                  onTogglePlumbing={() => setToggled(withPlumbing(toggled, row.id))}
                />
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

function openSpan(id: string | undefined): void {
  go({ span: id }, { replace: true });
}

/** The lines of a trace, which of them are found, and where nothing happens in it. */
function useTraceRows(trace: TraceDetail, toggled: ReadonlySet<string>, isLogical: boolean) {
  const { spans, total_ms: total } = trace;
  const { find = '', span: open = '' } = place.value;
  const lines = useMemo(() => linesOf(trace), [trace]);
  const matches = useMemo(() => matchesOf(trace, lines, find), [trace, lines, find]);
  const only = isMatchesOnly.value && find.trim() !== '' ? matches : undefined;
  const plumbing = useMemo(() => {
    const kept = new Set([...linesBySpan(spans, lines).keys(), ...matches, open]);
    return isLogical ? plumbingOf(spans, total, kept) : undefined;
  }, [lines, matches, open, isLogical]);
  const rows = useMemo(() => toRows(spans, { lines, toggled, only, plumbing }), [lines, toggled, only, plumbing]);
  const gaps = useMemo(() => idleGaps(spans, lines, total), [lines]);
  return { rows, matches, gaps };
}

interface Marks {
  readonly failed: readonly string[];
  readonly slow: ReadonlySet<string>;
  readonly critical: ReadonlySet<string>;
}

function marksOf(spans: readonly TraceSpan[], total: number): Marks {
  return {
    failed: spans.filter(({ ok }) => !ok).map(({ span_id: id }) => id),
    slow: slowSpans(spans, total),
    critical: criticalPath(spans),
  };
}

function pillsOf({ failed, slow, critical }: Marks, matches: ReadonlySet<string>, find = ''): readonly Pill[] {
  return [
    { label: 'trace.pill.errors', ids: failed, isBad: true },
    { label: 'trace.pill.slow', ids: [...slow] },
    { label: 'trace.pill.critical', ids: [...critical] },
    ...(find.trim() === '' ? [] : [{ label: 'trace.pill.matches', ids: [...matches] } as const]),
  ];
}

/** What servers wrote while it ran, at its time. */
function linesOf(trace: TraceDetail): readonly OutputLine[] {
  const begin = Date.parse(trace.started_at);
  return sessionEventsOf(trace).map(({ timestamp, level, message }) => ({
    at: Date.parse(timestamp) - begin,
    level,
    message,
  }));
}

interface SessionLine {
  readonly timestamp: string;
  readonly level: string;
  readonly message: string;
}

function sessionEventsOf(trace: TraceDetail & { readonly events?: readonly SessionLine[] }): readonly SessionLine[] {
  return trace.events ?? [];
}

function withToggled(toggled: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(toggled);
  if (!next.delete(id)) {
    next.add(id);
  }
  return next;
}

/** Plumbing is shown by itself: what its span is folded with hides it, too. */
function withPlumbing(toggled: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return toggled.has(id)
    ? new Set([...toggled, plumbingId(id)].filter((each) => each !== id))
    : withToggled(toggled, plumbingId(id));
}

interface WaterfallKeys {
  readonly rows: readonly WaterfallRow[];
  readonly matches: ReadonlySet<string>;
  readonly open: string | undefined;
  readonly onOpen: (id: string | undefined) => void;
  readonly onToggle: (id: string) => void;
}

function useWaterfallKeys({ rows, matches, open, onOpen, onToggle }: WaterfallKeys): void {
  const step = (by: number, among: readonly WaterfallRow[]): void => {
    const index = rowIndex(among, open);
    const next = among[index === -1 ? (by > 0 ? 0 : among.length - 1) : (index + by + among.length) % among.length];
    onOpen(next?.id ?? open);
  };
  const matching = (): readonly WaterfallRow[] => rows.filter((row) => isMatch(row, matches));
  useKeys({
    nextMatch: () => step(1, matching()),
    previousMatch: () => step(-1, matching()),
    ...(open === undefined
      ? {}
      : {
          next: () => step(1, rows),
          previous: () => step(-1, rows),
          open: () => onToggle(rows[rowIndex(rows, open)]?.id ?? open),
          close: () => onOpen(undefined),
        }),
  });
}
