// Series of an instrument. A counter, a gauge and a histogram are apart, because a rate of a gauge means nothing.
import {
  definitionOf,
  type InstrumentName,
  type LabelOf,
  type LabelsOf,
  type NameOf,
} from '../instruments/instruments.ts';
import type { Expression, Scope, TargetLabel } from './expression.ts';

type Match<Value> =
  | Value
  | readonly Value[]
  | { readonly not: Value | readonly Value[] | '' }
  | { readonly variable: string };

/** Which series: `{ status: 'error' }`, `{ state: ['ready', 'booting'] }`, `{ tool: { variable: 'tool' } }`. */
export type Where<Name extends InstrumentName> = {
  readonly [Label in LabelOf<Name>]?: Match<LabelsOf<Name>[Label]>;
} & {
  /** Bounds of buckets are the affair of the functions. */
  readonly le?: never;
};

/** Series that only grow. */
export interface Counter<Label extends string> extends Expression<Label> {
  readonly shape: 'counter';
}
/** Series that are a level. */
export interface Gauge<Label extends string> extends Expression<Label> {
  readonly shape: 'gauge';
}
/** Series of buckets, of sums and of counts. */
export interface Histogram<Label extends string> {
  readonly buckets: Counter<Label | 'le'>;
  readonly sum: Counter<Label>;
  readonly count: Counter<Label>;
}

function toMatcher(label: string, match: Match<string>): string {
  if (typeof match === 'string') {
    return `${label}="${match}"`;
  }
  if ('variable' in match) {
    return `${label}=~"$${match.variable}"`;
  }
  const negated = 'not' in match;
  const values = negated ? match.not : match;
  const sign = negated ? '!' : '=';
  return typeof values === 'string'
    ? `${label}${negated ? '!=' : '='}"${values}"`
    : `${label}${sign}~"${values.join('|')}"`;
}

interface Selected {
  readonly name: InstrumentName;
  /** A `Where` of that instrument. */
  readonly where: object | undefined;
  readonly suffix?: '_bucket' | '_sum' | '_count';
}

function select<Label extends string>({ name, where, suffix }: Selected): Expression<Label> {
  const { prometheusName, unit } = definitionOf(name);
  const conditions: readonly (readonly [string, Match<string>])[] = Object.entries(where ?? {});
  const own = conditions.map(([label, match]) => toMatcher(label, match));
  return {
    unit: { of: suffix === '_count' ? '{measurement}' : unit },
    instruments: [name],
    render: ({ matchers }: Scope) => {
      const all = [...own, ...matchers];
      return prometheusName + (suffix ?? '') + (all.length === 0 ? '' : `{${all.join(', ')}}`);
    },
  };
}

/** Selects series of a counter. */
export function counter<Name extends NameOf<'counter'>>(
  name: Name,
  where?: Where<Name>,
): Counter<LabelOf<Name> | TargetLabel> {
  return { ...select<LabelOf<Name> | TargetLabel>({ name, where }), shape: 'counter' };
}

/** Selects series of a gauge. */
export function gauge<Name extends NameOf<'gauge'>>(
  name: Name,
  where?: Where<Name>,
): Gauge<LabelOf<Name> | TargetLabel> {
  return { ...select<LabelOf<Name> | TargetLabel>({ name, where }), shape: 'gauge' };
}

/** Selects series of a histogram. */
export function histogram<Name extends NameOf<'histogram'>>(
  name: Name,
  where?: Where<Name>,
): Histogram<LabelOf<Name> | TargetLabel> {
  type Label = LabelOf<Name> | TargetLabel;
  return {
    buckets: { ...select<Label | 'le'>({ name, where, suffix: '_bucket' }), shape: 'counter' },
    sum: { ...select<Label>({ name, where, suffix: '_sum' }), shape: 'counter' },
    count: { ...select<Label>({ name, where, suffix: '_count' }), shape: 'counter' },
  };
}
