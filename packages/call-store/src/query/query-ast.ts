import type { QueryOperator } from './fields/query-field.ts';

/** A bare word: text that one of the searched fields has to contain, upper and lower case alike. */
export interface TextTerm {
  readonly kind: 'text';
  readonly text: string;
}

/** A comparison. `value` is in the field's own unit: milliseconds, bytes, milliseconds since the epoch for a time. */
export interface ComparisonTerm {
  readonly kind: 'comparison';
  readonly field: string;
  readonly operator: QueryOperator;
  readonly value: string | number | boolean;
}

/** One condition. */
export type QueryTerm = TextTerm | ComparisonTerm;

/** A parsed query: one of the alternatives has to hold, an alternative holds when all its terms do. Plain data. */
export interface Query {
  readonly anyOf: readonly (readonly QueryTerm[])[];
}
