// An alert as data: what it watches, whom it wakes, and the two tests that hold it: one in which it fires, one in which
// it does not.
import type { Expression } from '../query/expression.ts';

/** Series of a test: a selector as Prometheus writes it, and its values a minute apart (`0+6x60`). */
export type Series = readonly [series: string, values: string];

export interface AlertTest {
  readonly series: readonly Series[];
  /** When it is looked at, from the start: `20m`. */
  readonly at: string;
}

export interface FiringTest extends AlertTest {
  /** Labels of the alert that fires, without `severity`. */
  readonly labels: Readonly<Record<string, string>>;
  /** How the value is written in the text. */
  readonly value?: string;
}

export interface Alert {
  readonly name: string;
  /** `critical`: somebody is woken. `warning`: somebody looks today. `info`: it is known. */
  readonly severity: 'critical' | 'warning' | 'info';
  readonly expression: Expression<string>;
  readonly for: string;
  /** A template of Prometheus; `{{ $labels.tool }}` and `{{ $value | … }}` are filled. */
  readonly summary: string;
  /** What the admin page shows of it: its address behind `/admin/?`. */
  readonly page: string;
  readonly fires: FiringTest;
  readonly silent: AlertTest;
}
