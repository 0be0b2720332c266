import type { TraceDetail, TraceSpan } from '@dcc-mcp/call-store';
import { type QueryFields, type QueryTerm, readQuery } from '@dcc-mcp/call-store/query';
import { linesBySpan, type OutputLine, lineId, type WaterfallRow } from './trace-rows.ts';

/** What of a trace is searched. */
export type SearchedTrace = Pick<TraceDetail, 'spans' | 'input' | 'output'>;

/** What a condition can ask of a span. */
const SPAN_FIELDS: QueryFields = {
  name: { type: 'text' },
  kind: { type: 'text' },
  outcome: { type: 'text' },
  ok: { type: 'flag' },
  duration_ms: { type: 'duration' },
  started_ms: { type: 'duration' },
};

/**
 * The ids of what holds a text: a span in its name, its outcome or an attribute; the first one for what went in and came out;
 * a line that a server wrote. Upper and lower case are alike. Of conditions as lists take them: the spans that meet them.
 */
export function matchesOf(trace: SearchedTrace, lines: readonly OutputLine[], text: string): ReadonlySet<string> {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') {
    return new Set();
  }
  const { spans, input, output } = trace;
  const conditions = conditionsIn(text);
  if (conditions !== undefined) {
    return new Set(spans.filter(conditions).map(({ span_id: id }) => id));
  }
  const holds = (each: string | undefined): boolean => each?.toLowerCase().includes(wanted) === true;
  const inPayload = holds(input?.content) || holds(output?.content) ? spans.slice(0, 1) : [];
  const inSpans = spans.filter((span) => holds(textOf(span)));
  const inLines = [...linesBySpan(spans, lines)].flatMap(([id, own]) =>
    own.flatMap(({ message }, index) => (holds(message) ? lineId(id, index) : [])),
  );
  return new Set([...inPayload, ...inSpans].map(({ span_id: id }) => id).concat(inLines));
}

/** What a condition asks of a span. Words alone are looked for in more than spans. */
function conditionsIn(text: string): ((span: TraceSpan) => boolean) | undefined {
  const reading = readQuery(text, SPAN_FIELDS);
  const anyOf = reading.ok ? reading.query.anyOf : [];
  return anyOf.flat().some(({ kind }) => kind === 'comparison')
    ? (span) => anyOf.some((terms) => terms.every((term) => meets(span, term)))
    : undefined;
}

function meets(span: TraceSpan, term: QueryTerm): boolean {
  if (term.kind === 'text') {
    return textOf(span).toLowerCase().includes(term.text.toLowerCase());
  }
  const { field, operator, value } = term;
  const found: unknown = Reflect.get(span, field);
  const isNot = operator.startsWith('!');
  const holds = found !== undefined && HOLDS[isNot ? operator.slice(1) : operator]?.(found, value) === true;
  return holds !== isNot;
}

const HOLDS: Readonly<Record<string, (found: unknown, value: unknown) => boolean>> = {
  '=': (found, value) => found === value,
  '~': (found, value) => String(found).toLowerCase().includes(String(value).toLowerCase()),
  '>': (found, value) => Number(found) > Number(value),
  '>=': (found, value) => Number(found) >= Number(value),
  '<': (found, value) => Number(found) < Number(value),
  '<=': (found, value) => Number(found) <= Number(value),
};

/** Whether a line of the waterfall is one of them, or stands for one. */
export function isMatch(row: WaterfallRow, matches: ReadonlySet<string>): boolean {
  return row.type === 'repeats' ? row.spans.some(({ span_id: id }) => matches.has(id)) : matches.has(row.id);
}

function textOf({ name, outcome, span_id: id, attributes }: TraceSpan): string {
  return `${name} ${outcome ?? ''} ${id} ${JSON.stringify(attributes)}`;
}

/** The spans that took the most time themselves: more than a tenth of the trace without their children. */
export function slowSpans(spans: readonly TraceSpan[], totalMillis: number): ReadonlySet<string> {
  const inChildren = new Map<string, number>();
  for (const { parent_span_id: parent = '', duration_ms: length } of spans) {
    inChildren.set(parent, (inChildren.get(parent) ?? 0) + length);
  }
  const isSlow = ({ span_id: id, duration_ms: length }: TraceSpan): boolean =>
    length - (inChildren.get(id) ?? 0) > totalMillis / 10;
  return new Set(spans.filter(isSlow).map(({ span_id: id }) => id));
}
