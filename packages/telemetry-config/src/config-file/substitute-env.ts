import type { Issue } from '../reading/issue.ts';
import { type Environment, readVariable } from '../reading/reading.ts';
import { isRecord } from './record.ts';

/** A file's value with its variables put in. */
export interface Substituted {
  readonly value: unknown;
  readonly issues: readonly Issue[];
}

/**
 * How a dollar sign is written where it must not begin a reference: in the gateway's file only before a brace (`$${X}`
 * stays `${X}`, so that a password with `$$` stays itself), in OpenTelemetry's always as `$$`.
 */
export type SubstitutionDialect = 'gateway' | 'opentelemetry';

const REFERENCE = String.raw`\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}\n]*))?\}|\$\{[^}]*\}?`;
const PATTERNS: Readonly<Record<SubstitutionDialect, RegExp>> = {
  gateway: new RegExp(String.raw`\$\$(?=\{)|${REFERENCE}`, 'g'),
  opentelemetry: new RegExp(String.raw`\$\$|${REFERENCE}`, 'g'),
};

/**
 * Puts variables into every text of `value`: `${VAR}`, `${env:VAR}`, `${VAR:-default}`. A variable that is unset (or
 * blank) and has no default becomes nothing; in the gateway's file with an issue that names the place.
 */
export function substituteEnv(value: unknown, env: Environment, dialect: SubstitutionDialect = 'gateway'): Substituted {
  const issues: Issue[] = [];
  const visit = (item: unknown, path: string): unknown => {
    if (typeof item === 'string') {
      return substituteText(item, env, {
        dialect,
        onProblem: (problem, right) => issues.push(toIssue(path, problem, right)),
      });
    }
    if (Array.isArray(item)) {
      return item.map((entry: unknown, index) => visit(entry, `${path}[${index}]`));
    }
    if (!isRecord(item)) {
      return item;
    }
    const entries = Object.entries(item).map(([key, entry]) => [
      key,
      visit(entry, path === '' ? key : `${path}.${key}`),
    ]);
    return Object.fromEntries(entries);
  };
  return { value: visit(value, ''), issues };
}

function toIssue(path: string, problem: string, right: Pick<Issue, 'expected' | 'fix'>): Issue {
  return { variable: path === '' ? 'file' : path, problem, ...right, severity: 'warning' };
}

type OnProblem = (problem: string, right: Pick<Issue, 'expected' | 'fix'>) => void;

function substituteText(
  text: string,
  env: Environment,
  options: { readonly dialect: SubstitutionDialect; readonly onProblem: OnProblem },
): string {
  const replace = (match: string, name: string | undefined, fallback: string | undefined): string => {
    if (match === '$$') {
      return '$';
    }
    if (name === undefined) {
      options.onProblem('a reference to a variable is malformed; it stays as it is', {
        expected: '${VAR} or ${VAR:-default}',
      });
      return match;
    }
    const found = readVariable(env, name) ?? fallback;
    // OpenTelemetry's files name variables that may well be unset; there nothing means null (data model, "substitution").
    if (found === undefined && options.dialect === 'gateway') {
      options.onProblem(`it names ${name}, which is not set, so that nothing stands there`, {
        fix: `set ${name} where this is started, or write what stands in for it: \${${name}:-…}`,
      });
    }
    return found ?? '';
  };
  return text.replaceAll(PATTERNS[options.dialect], replace);
}
