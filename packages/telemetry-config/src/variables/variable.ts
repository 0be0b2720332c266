import type { Kind } from '../kinds/kind.ts';

/** The chapters of the reference. */
export type VariableGroup =
  | 'General'
  | 'Exporters'
  | 'OTLP'
  | 'Batch span processor'
  | 'Batch log record processor'
  | 'Attribute limits'
  | 'Span limits'
  | 'Log record limits'
  | 'Metrics'
  | 'Prometheus'
  | 'Node'
  | 'Not supported';

/** One row of the table: everything that parsing, `doctor` and the reference know of a variable. */
export interface Variable<T> {
  readonly name: string;
  readonly group: VariableGroup;
  readonly kind: Kind<T>;
  readonly description: string;
  /** The value when nothing is said; `undefined` where there is none. */
  readonly fallback: T | undefined;
  /** The default in words, where `fallback` does not say it. */
  readonly defaultText: string;
  /** Older spellings of the same variable. */
  readonly olderNames: readonly string[];
  /** Read, in this order, when this one is unset. */
  readonly inherits: readonly Variable<T>[];
}

/** What a row may leave out. */
export interface VariableOptions<T> {
  readonly group: VariableGroup;
  readonly description: string;
  readonly fallback?: T;
  readonly defaultText?: string;
  readonly olderNames?: readonly string[];
  readonly inherits?: readonly Variable<T>[];
}

/** A row whose `fallback` is always there. */
export type VariableWithFallback<T> = Variable<T> & { readonly fallback: T };

/** Makes a row of the table. */
export function variable<T>(
  name: string,
  kind: Kind<T>,
  options: VariableOptions<T> & { readonly fallback: T },
): VariableWithFallback<T>;
export function variable<T>(name: string, kind: Kind<T>, options: VariableOptions<T>): Variable<T>;
export function variable<T>(name: string, kind: Kind<T>, options: VariableOptions<T>): Variable<T> {
  const { fallback } = options;
  return {
    name,
    kind,
    group: options.group,
    description: options.description,
    fallback,
    defaultText: options.defaultText ?? (fallback === undefined ? 'none' : kind.show(fallback)),
    olderNames: options.olderNames ?? [],
    inherits: options.inherits ?? [],
  };
}
