import type { TraceDetail } from '@dcc-mcp/call-store';

/** One line of a comparison. */
export interface Difference {
  readonly name: string;
  readonly left: string;
  readonly right: string;
  readonly differs: boolean;
}

/** Two requests side by side: how they ended, where their time went, and each of their arguments. */
export function compare(left: TraceDetail, right: TraceDetail): readonly Difference[] {
  return [
    line('outcome', left.outcome, right.outcome),
    line('tool', left.tool, right.tool),
    line('instance_id', left.instance_id, right.instance_id),
    line('agent_name', left.agent_name, right.agent_name),
    ...timesOf(left, right),
    ...argumentLines(left, right),
    line('output_bytes', left.output_bytes, right.output_bytes),
  ];
}

/** Times always differ; what is told apart is one that is twice the other. */
function timesOf(left: TraceDetail, right: TraceDetail): readonly Difference[] {
  const names = new Set([...left.spans, ...right.spans].map(({ name }) => name));
  return [...names].slice(0, 12).map((name) => {
    const [one, other] = [lengthOf(left, name), lengthOf(right, name)];
    const differs = one === undefined || other === undefined || Math.max(one, other) > 2 * Math.min(one, other);
    return { name, left: millis(one), right: millis(other), differs };
  });
}

function lengthOf({ spans }: TraceDetail, name: string): number | undefined {
  const found = spans.filter((span) => span.name === name);
  return found.length === 0 ? undefined : found.reduce((sum, span) => sum + span.duration_ms, 0);
}

function millis(value: number | undefined): string {
  return value === undefined ? '–' : `${Number(value.toFixed(2))} ms`;
}

function argumentLines(left: TraceDetail, right: TraceDetail): readonly Difference[] {
  const [one, other] = [argumentsOf(left), argumentsOf(right)];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].slice(0, 40).map((key) => line(`arguments.${key}`, textOf(one[key]), textOf(other[key])));
}

function argumentsOf({ input }: TraceDetail): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(input?.content ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || value === undefined ? value : JSON.stringify(value);
}

function line(name: string, left: string | number | undefined, right: string | number | undefined): Difference {
  const [one, other] = [String(left ?? '–'), String(right ?? '–')];
  return { name, left: one, right: other, differs: one !== other };
}
