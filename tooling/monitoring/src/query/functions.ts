// The functions of PromQL that panels and rules use. A range that is not named is that of the place: an interval that fits
// the resolution in a panel, five minutes in a rule.
import { type AnyExpression, combine, type Expression, RATIO, type TargetLabel } from './expression.ts';
import type { Counter, Gauge, Histogram } from './selectors.ts';

/** By how much a counter grows each second. */
export function rate<Label extends string>(counted: Counter<Label>, range?: string): Expression<Label> {
  const { of } = counted.unit;
  return combine([counted], { of, perSecond: true }, ([text = ''], scope) => `rate(${text}[${range ?? scope.range}])`);
}

/** By how much a counter grew. */
export function increase<Label extends string>(counted: Counter<Label>, range?: string): Expression<Label> {
  return combine([counted], counted.unit, ([text = ''], scope) => `increase(${text}[${range ?? scope.range}])`);
}

/**
 * Counters with an open label begin with their first event, and `increase` does not see how a series begins: so this is
 * also true of series that were not there before.
 */
export function grew<Label extends string>(counted: Counter<Label>, range: string): Expression<Label> {
  return combine(
    [counted],
    counted.unit,
    ([text = '']) => `(increase(${text}[${range}]) > 0 or (${text} unless ${text} offset ${range}) > 0)`,
  );
}

type Aggregation = 'sum' | 'max' | 'min' | 'avg' | 'count';

/** Aggregates over all labels but those that are named. */
export function aggregate<Label extends string, By extends Label = never>(
  how: Aggregation,
  expression: Expression<Label>,
  by: readonly By[] = [],
): Expression<By> {
  const unit = how === 'count' ? { of: '{series}' } : expression.unit;
  const labels = by.length === 0 ? '' : ` by (${by.join(', ')})`;
  return combine([expression], unit, ([text = '']) =>
    by.length === 0 ? `${how}(${text})` : `${how}${labels} (${text})`,
  );
}

export function sum<Label extends string, By extends Label = never>(
  expression: Expression<Label>,
  by: readonly By[] = [],
): Expression<By> {
  return aggregate('sum', expression, by);
}

export function max<Label extends string, By extends Label = never>(
  expression: Expression<Label>,
  by: readonly By[] = [],
): Expression<By> {
  return aggregate('max', expression, by);
}

/** A quantile of a histogram: 0.95 is what 95 of 100 do not exceed. */
export function quantile<Label extends string, By extends Label = never>(
  at: number,
  measured: Histogram<Label>,
  { by = [], range }: { readonly by?: readonly By[]; readonly range?: string } = {},
): Expression<By> {
  return combine([measured.buckets], measured.sum.unit, ([text = ''], scope) => {
    const labels = ['le', ...by].join(', ');
    return `histogram_quantile(${at}, sum by (${labels}) (rate(${text}[${range ?? scope.range}])))`;
  });
}

/** What is left of a text where nothing that stands in parentheses, braces or brackets counts. */
function outside(text: string): string {
  let depth = 0;
  let rest = '';
  for (const character of text) {
    depth += '({['.includes(character) ? 1 : 0;
    rest += depth === 0 ? character : '';
    depth -= ')}]'.includes(character) ? 1 : 0;
  }
  return rest;
}

/** In parentheses where an operator stands in it that could bind less. */
const wrap = (text: string): string => (/[-+*/<>=]|\b(?:and|or|unless)\b/.test(outside(text)) ? `(${text})` : text);

/** One divided by the other: how much of it, from 0 to 1. Both are sums over the same labels. */
export function ratio<Label extends string>(part: Expression<Label>, whole: Expression<Label>): Expression<Label> {
  return combine([part, whole], RATIO, ([above = '', below = '']) => `${wrap(above)} / ${wrap(below)}`);
}

/** One divided by the other, where that has a unit of its own: seconds of CPU for each call. */
export function per<Label extends string>(amount: Expression<Label>, times: Expression<Label>): Expression<Label> {
  const { of } = amount.unit;
  return combine([amount, times], { of }, ([above = '', below = '']) => `${wrap(above)} / ${wrap(below)}`);
}

/** Each part as a share of all. */
export function share<Label extends string>(part: Expression<Label>): Expression<Label> {
  return combine([part], RATIO, ([text = '']) => `${text} / scalar(sum(${text}))`);
}

/** The `count` greatest. */
export function top<Label extends string>(count: number, expression: Expression<Label>): Expression<Label> {
  return combine([expression], expression.unit, ([text = '']) => `topk(${count}, ${text})`);
}

/** The mean over a time. */
export function meanOver<Label extends string>(level: Gauge<Label>, range: string): Expression<Label> {
  return combine([level], level.unit, ([text = '']) => `avg_over_time(${text}[${range}])`);
}

/** How often a value fell over a time: an uptime falls where a process is another one. */
export function falls<Label extends string>(level: Gauge<Label>, range: string): Expression<Label> {
  return combine([level], { of: '{restart}' }, ([text = '']) => `resets(${text}[${range}])`);
}

/** Only the series for which it holds. */
export function where<Label extends string>(
  expression: Expression<Label>,
  comparison: '>' | '>=' | '<' | '==',
  bound: number,
): Expression<Label> {
  return combine([expression], expression.unit, ([text = '']) => `${wrap(text)} ${comparison} ${bound}`);
}

/** The series of the first for which each of the others has one with the same labels. */
export function both<Label extends string>(
  first: Expression<Label>,
  ...others: readonly AnyExpression[]
): Expression<Label> {
  return combine([first, ...others], first.unit, (texts) => texts.join('\nand\n'));
}

/** The series of the first, and of the others those whose labels none before has. */
export function any<Label extends string>(
  first: Expression<Label>,
  ...others: readonly AnyExpression[]
): Expression<Label> {
  return combine([first, ...others], first.unit, (texts) => texts.join('\nor\n'));
}

/** The sum for each gateway: over all labels but those of the scrape, and those that are named. */
export function perGateway<Label extends string, By extends Label = never>(
  expression: Expression<Label>,
  by: readonly By[] = [],
): Expression<By | TargetLabel> {
  return combine(
    [expression],
    expression.unit,
    ([text = '']) => `sum by (${['job', 'instance', ...by].join(', ')}) (${text})`,
  );
}
