import type { TraceDetail, TraceSpan } from '@dcc-mcp/call-store';
import { signal } from '@preact/signals';
import { useMemo, useRef, useState } from 'preact/hooks';
import { useKeys } from '../../shell/use-keys.ts';
import { go, place } from '../../state/place.ts';
import { useVirtualRows } from '../list/use-virtual-rows.ts';
import { criticalPath } from './critical-path.ts';
import { Ruler } from './ruler.tsx';
import { isMatch, matchesOf, slowSpans } from './span-matches.ts';
import { clamped, shifted, type TimeWindow, windowOf, windowText, zoomed } from './time-window.ts';
import { type OutputLine, toRows, type WaterfallRow } from './trace-rows.ts';
import { TraceTools, type Pill } from './trace-tools.tsx';
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
  const { find = '', span: open, view } = place.value;
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => linesOf(trace), [trace]);
  const marks = useMemo(() => marksOf(spans, total), [trace]);
  const matches = useMemo(() => matchesOf(trace, lines, find), [trace, lines, find]);
  const only = isMatchesOnly.value && find.trim() !== '' ? matches : undefined;
  const rows = useMemo(() => toRows(spans, { lines, toggled, only }), [trace, lines, toggled, only]);
  const body = useRef<HTMLDivElement>(null);
  const { items, height, reveal } = useVirtualRows(body, rows.length, ROW_PIXELS);
  const window = windowOf(view, total);
  const span = (id: string | undefined): void => {
    go({ span: id }, { replace: true });
    reveal(rows.findIndex((row) => row.id === id));
  };
  const toggle = (id: string): void => setToggled(withToggled(toggled, id));
  useWaterfallKeys({ rows, matches, open, onOpen: span, onToggle: toggle });
  useWindowKeys(window, total);
  const pills = pillsOf(marks, matches, find);
  return (
    <div class={style.waterfall}>
      <TraceTools pills={pills} open={open} onOpen={span} isMatchesOnly={isMatchesOnly} total={total} window={window} />
      <div role="treegrid" aria-label={trace.trace_id} aria-rowcount={rows.length}>
        <Ruler window={window} total={total} />
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
                  {...{ row, start, window }}
                  isOpen={row.id === open}
                  isMatch={isMatch(row, matches)}
                  isCritical={marks.critical.has(row.id)}
                  isFolded={row.type === 'repeats' ? !toggled.has(row.id) : toggled.has(row.id)}
                  onOpen={() => span(row.id === open ? undefined : row.id)}
                  onToggle={() => toggle(row.id)}
                />
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
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

function pillsOf({ failed, slow, critical }: Marks, matches: ReadonlySet<string>, find: string): readonly Pill[] {
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

interface WaterfallKeys {
  readonly rows: readonly WaterfallRow[];
  readonly matches: ReadonlySet<string>;
  readonly open: string | undefined;
  readonly onOpen: (id: string | undefined) => void;
  readonly onToggle: (id: string) => void;
}

function useWaterfallKeys({ rows, matches, open, onOpen, onToggle }: WaterfallKeys): void {
  const step = (by: number, among: readonly WaterfallRow[]): void => {
    const index = among.findIndex(({ id }) => id === open);
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
          open: () => onToggle(open),
          close: () => onOpen(undefined),
        }),
  });
}

const NEARER = 2;
/** What was at the edge is still to be seen. */
const PAN_SHARE = 0.25;

/** What the wheel and the ruler do, by keys. */
function useWindowKeys(window: TimeWindow, total: number): void {
  const show = (next: TimeWindow): void => go({ view: windowText(clamped(next, total), total) }, { replace: true });
  const zoom = (factor: number): void => show(zoomed(window, factor, (window.from + window.to) / 2));
  useKeys({
    fit: () => go({ view: undefined }, { replace: true }),
    nearer: () => zoom(NEARER),
    farther: () => zoom(1 / NEARER),
    earlier: () => show(shifted(window, -PAN_SHARE)),
    later: () => show(shifted(window, PAN_SHARE)),
  });
}
