import { OTEL_VARIABLES } from './table.ts';

/** One row of the reference, and of `doctor`. */
export interface EnvironmentRow {
  readonly name: string;
  /** `OTEL: …`. */
  readonly group: string;
  readonly kind: string;
  readonly default: string;
  readonly expected: string;
  readonly description: string;
  /** Further spellings that are read. */
  readonly olderNames: readonly string[];
}

/** Every `OTEL_*` variable that is known, in the order of the table. */
export function describeEnvironment(): readonly EnvironmentRow[] {
  return OTEL_VARIABLES.map((variable) => ({
    name: variable.name,
    group: `OTEL: ${variable.group}`,
    kind: variable.kind.name,
    default: variable.defaultText,
    expected: variable.kind.expected,
    description: variable.description,
    olderNames: variable.olderNames,
  }));
}
