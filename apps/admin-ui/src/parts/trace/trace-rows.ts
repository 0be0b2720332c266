// The spans of a trace as lines of a waterfall: in order, with their depth, repeats together, output at its time.
import type { TraceSpan } from '@dcc-mcp/call-store';

/** A line that a server wrote while the trace ran. */
export interface OutputLine {
  readonly at: number;
  readonly level: string;
  readonly message: string;
}

/** One line of the waterfall. Times are milliseconds from the start of the trace. */
export type WaterfallRow =
  | {
      readonly type: 'span';
      readonly id: string;
      readonly depth: number;
      readonly span: TraceSpan;
      readonly childCount: number;
      /** What is plumbing below it, shown or not. */
      readonly plumbing: readonly TraceSpan[];
    }
  | {
      readonly type: 'repeats';
      readonly id: string;
      readonly depth: number;
      readonly name: string;
      readonly spans: readonly TraceSpan[];
    }
  | { readonly type: 'line'; readonly id: string; readonly depth: number; readonly line: OutputLine };

export interface RowsOptions {
  readonly lines?: readonly OutputLine[];
  /** Spans whose children are folded away; repeats and plumbing that are opened. */
  readonly toggled: ReadonlySet<string>;
  /** Left out, but for the number on the line of its parent. */
  readonly plumbing?: ReadonlySet<string> | undefined;
  /** Only these spans and lines, and what they lie under. */
  readonly only?: ReadonlySet<string> | undefined;
}

/** From so many equal siblings on they are one line. */
export const REPEATS = 5;

export function toRows(spans: readonly TraceSpan[], options: RowsOptions): readonly WaterfallRow[] {
  const { only, toggled, plumbing = new Set() } = options;
  const lines = linesBySpan(spans, options.lines ?? []);
  const tree = toTree(only === undefined ? spans : withAncestors(spans, withSpansOf(lines, only)));
  const rows: WaterfallRow[] = [];
  // Not recursive: a trace may be as deep as it is long.
  const stack: Visit[] = tree.roots.toReversed().map((span) => ({ span, depth: 0 }));
  for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
    const { span, depth } = visit;
    if (isRepeats(span)) {
      rows.push({ type: 'repeats', id: repeatsId(span), depth, name: span[0].name, spans: span });
      continue;
    }
    const all = tree.childrenOf.get(span.span_id) ?? [];
    const folded = all.filter(({ span_id: id }) => plumbing.has(id));
    const children = toggled.has(plumbingId(span.span_id)) ? all : all.filter(({ span_id: id }) => !plumbing.has(id));
    const own = linesOf(span.span_id, lines).filter(({ id }) => only === undefined || only.has(id));
    const childCount = children.length + own.length;
    rows.push({ type: 'span', id: span.span_id, depth, span, childCount, plumbing: below(folded, tree) });
    if (!toggled.has(span.span_id)) {
      rows.push(...own.map(({ id, line }) => ({ type: 'line', id, depth: depth + 1, line }) as const));
      stack.push(
        ...foldRepeats(children, toggled)
          .toReversed()
          .map((child) => ({ span: child, depth: depth + 1 })),
      );
    }
  }
  return rows;
}

/** Where a span or a line is shown: by itself, else as one of repeats; -1 where it is folded away. */
export function rowIndex(rows: readonly WaterfallRow[], id: string | undefined): number {
  const own = rows.findIndex((row) => row.id === id);
  return own === -1
    ? rows.findIndex((row) => row.type === 'repeats' && row.spans.some(({ span_id: each }) => each === id))
    : own;
}

type Repeats = readonly [TraceSpan, ...TraceSpan[]];

interface Visit {
  readonly span: TraceSpan | Repeats;
  readonly depth: number;
}

interface Tree {
  readonly roots: readonly TraceSpan[];
  readonly childrenOf: ReadonlyMap<string, readonly TraceSpan[]>;
}

function isRepeats(visited: TraceSpan | Repeats): visited is Repeats {
  return Array.isArray(visited);
}

/** A span whose parent is not in the trace, as that of the caller, is a root. */
export function toTree(spans: readonly TraceSpan[]): Tree {
  const known = new Set<string>();
  // A file may give an id to two spans: a tree in which one lies under the other has no end.
  const named = spans.filter(({ span_id: id }) => !known.has(id) && known.add(id));
  const childrenOf = new Map<string, TraceSpan[]>();
  const roots: TraceSpan[] = [];
  for (const span of named.toSorted((one, other) => one.started_ms - other.started_ms)) {
    const parent = span.parent_span_id;
    if (parent === undefined || !known.has(parent) || parent === span.span_id) {
      roots.push(span);
    } else if (childrenOf.has(parent)) {
      childrenOf.get(parent)?.push(span);
    } else {
      childrenOf.set(parent, [span]);
    }
  }
  return { roots, childrenOf };
}

/** Runs of equal siblings, each as one; one that failed always stands by itself. */
function foldRepeats(children: readonly TraceSpan[], opened: ReadonlySet<string>): readonly (TraceSpan | Repeats)[] {
  const folded: (TraceSpan | Repeats)[] = [];
  for (let from = 0; from < children.length;) {
    const [head, ...rest] = runFrom(children, from);
    if (head === undefined) {
      break;
    }
    const run: Repeats = [head, ...rest];
    const isFolded = run.length >= REPEATS;
    folded.push(...(isFolded ? [run] : run), ...(isFolded && opened.has(repeatsId(run)) ? run : []));
    from += run.length;
  }
  return folded;
}

/** The span at `from`, and those behind it that are like it, as long as all went well. */
function runFrom(children: readonly TraceSpan[], from: number): readonly TraceSpan[] {
  const name = children[from]?.name;
  const end = children.findIndex((span, index) => index > from && !(span.ok && span.name === name));
  return children[from]?.ok === true
    ? children.slice(from, end === -1 ? undefined : end)
    : children.slice(from, from + 1);
}

/** Names the plumbing below a span. */
export function plumbingId(spanId: string): string {
  return `${spanId}+`;
}

/** The spans, and all that lie under them. */
function below(spans: readonly TraceSpan[], { childrenOf }: Tree): readonly TraceSpan[] {
  const all = [...spans];
  for (const { span_id: id } of all) {
    all.push(...(childrenOf.get(id) ?? []));
  }
  return all;
}

function repeatsId([first]: Repeats): string {
  return `${first.span_id}*`;
}

/** The spans that are wanted, and what they lie under. */
export function withAncestors(spans: readonly TraceSpan[], wanted: ReadonlySet<string>): readonly TraceSpan[] {
  const byId = new Map(spans.map((span) => [span.span_id, span]));
  const kept = new Set<string>();
  for (const id of wanted) {
    for (let span = byId.get(id); span !== undefined && !kept.has(span.span_id);) {
      kept.add(span.span_id);
      span = span.parent_span_id === undefined ? undefined : byId.get(span.parent_span_id);
    }
  }
  return spans.filter(({ span_id: id }) => kept.has(id));
}

type LinesBySpan = ReadonlyMap<string, readonly OutputLine[]>;

/** Names a line by the span that it lies under. */
export function lineId(spanId: string, index: number): string {
  return `${spanId}:${index}`;
}

function linesOf(spanId: string, lines: LinesBySpan): readonly { readonly id: string; readonly line: OutputLine }[] {
  return (lines.get(spanId) ?? []).map((line, index) => ({ id: lineId(spanId, index), line }));
}

/** With the spans that wanted lines lie under. */
function withSpansOf(lines: LinesBySpan, wanted: ReadonlySet<string>): ReadonlySet<string> {
  const holding = [...lines.keys()].filter((id) => linesOf(id, lines).some((line) => wanted.has(line.id)));
  return new Set([...wanted, ...holding]);
}

/** Each line under the shortest hop that ran when it was written; else under the first span. */
export function linesBySpan(spans: readonly TraceSpan[], lines: readonly OutputLine[]): LinesBySpan {
  const found = new Map<string, OutputLine[]>();
  const hops = spans
    .filter(({ kind }) => kind === 'client')
    .toSorted((one, other) => one.duration_ms - other.duration_ms);
  for (const line of lines) {
    const hop = hops.find(({ started_ms: from, duration_ms: length }) => line.at >= from && line.at <= from + length);
    const id = (hop ?? spans[0])?.span_id ?? '';
    found.set(id, [...(found.get(id) ?? []), line]);
  }
  return found;
}
