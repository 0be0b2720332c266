import type { TraceSpan } from '@dcc-mcp/call-store';

/** Which spans hold a text: in a name, an outcome, or an attribute's name or value. Upper and lower case are alike. */
export function spansWith(spans: readonly TraceSpan[], text: string): ReadonlySet<string> {
  const wanted = text.trim().toLowerCase();
  return wanted === ''
    ? new Set()
    : new Set(spans.filter((span) => textOf(span).includes(wanted)).map(({ span_id: id }) => id));
}

function textOf({ name, outcome, span_id: id, attributes }: TraceSpan): string {
  return `${name} ${outcome ?? ''} ${id} ${JSON.stringify(attributes)}`.toLowerCase();
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
