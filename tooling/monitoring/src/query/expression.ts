// PromQL as values: what an expression is measured in, which labels it has, and which instruments it reads.
import type { InstrumentName } from '../instruments/instruments.ts';

/** Where an expression stands: a panel has variables and an interval of its own, a rule has neither. */
export interface Scope {
  /** Matchers that every selector gets: `job=~"$job"`. */
  readonly matchers: readonly string[];
  /** The range of a rate that names none. */
  readonly range: string;
}

/** In a panel of a dashboard. */
export const PANEL: Scope = { matchers: ['job=~"$job"', 'instance=~"$instance"'], range: '$__rate_interval' };
/** In a rule, which looks at every gateway. */
export const RULE: Scope = { matchers: [], range: '5m' };

/** What the values of an expression are: the unit of its instrument (UCUM), `ratio` of 0 to 1, or one of those a second. */
export interface Unit {
  readonly of: string;
  readonly perSecond?: true;
}
export const RATIO: Unit = { of: 'ratio' };

/** A PromQL expression whose series have the labels `Label`. */
export interface Expression<Label extends string> {
  /** Only a type: nothing is ever there. */
  readonly labels?: Label;
  readonly unit: Unit;
  readonly instruments: readonly InstrumentName[];
  render(scope: Scope): string;
}

/** Labels that a scrape adds to every series. */
export type TargetLabel = 'job' | 'instance';

/** Any expression, whatever its labels. */
export type AnyExpression = Expression<string>;

/** An expression of others: `render` gets what they render to. */
export function combine<Label extends string>(
  parts: readonly AnyExpression[],
  unit: Unit,
  render: (texts: readonly string[], scope: Scope) => string,
): Expression<Label> {
  return {
    unit,
    instruments: [...new Set(parts.flatMap(({ instruments }) => instruments))],
    render: (scope) =>
      render(
        parts.map((part) => part.render(scope)),
        scope,
      ),
  };
}
