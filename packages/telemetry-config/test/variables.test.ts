import { describe, expect, test } from '@jest/globals';
import { describeEnvironment, readTelemetryConfig } from '../src/index.ts';
import SPEC from './spec-variables.json' with { type: 'json' };
import { namesOf } from './telemetry-fixture.ts';
import type { VariableCase } from './variable-case-families.ts';
import { VARIABLE_CASES } from './variable-cases.ts';

const rows = describeEnvironment().filter(({ group }) => group.startsWith('OTEL'));
const unsupported = rows.filter(({ kind }) => kind === 'not supported');
/** Variables that the rest of the table has no value for: the file has tests of its own. */
const TESTED_APART = ['OTEL_CONFIG_FILE', 'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS'];
/** Kinds for which no text is wrong. */
const FREE_KINDS = new Set(['text', 'file path', 'list']);

function read(name: string, given: VariableCase, text: string): ReturnType<typeof readTelemetryConfig> {
  return readTelemetryConfig({ ...given.with, [name]: text });
}

const cases = Object.entries(VARIABLE_CASES);

describe('every variable with a valid value', () => {
  test.each(cases)('%s takes it, says so, and complains of nothing', (name, given) => {
    const { values, issues, origins } = read(
      name,
      { ...given, with: { ...given.with, ...given.withValid } },
      given.valid[0],
    );
    expect(given.at(values)).toEqual(given.valid[1]);
    expect(issues).toEqual([]);
    expect(origins[name]).toMatchObject({ source: 'env', variable: name });
  });
});

describe('every variable that is blank', () => {
  test.each(cases)('%s counts as unset', (name, given) => {
    const { values, issues, origins } = read(name, given, ' \t ');
    expect(given.at(values)).toEqual(given.fallback);
    expect(issues).toEqual([]);
    expect(origins[name]?.source).not.toBe('ignored');
    expect(origins[name]?.variable).not.toBe(name);
  });
});

describe('every variable in another case', () => {
  test.each(cases.flatMap(([name, given]) => (given.wrongCase ? [[name, given, given.wrongCase] as const] : [])))(
    '%s takes it all the same',
    (name, given, [text, value]) => {
      const { values, issues } = read(name, given, text);
      expect(given.at(values)).toEqual(value);
      expect(issues).toEqual([]);
    },
  );
});

const wrong = cases.flatMap(([name, given]) =>
  [given.outOfRange, given.nonsense].flatMap((pair) => (pair ? [[name, pair[0], pair[1], given] as const] : [])),
);

describe('every variable with a wrong value', () => {
  test.each(wrong)('%s=%s acts as unset, and the issue says why', (...[name, text, problem, given]) => {
    const { values, issues, origins } = read(name, given, text);
    expect(given.at(values)).toEqual(given.fallback);
    expect(issues).toEqual([
      expect.objectContaining({ variable: name, problem, expected: expect.any(String), severity: 'warning' }),
    ]);
    expect(origins[name]?.variable).not.toBe(name);
  });
});

describe('every variable that is not supported', () => {
  test.each(unsupported.map(({ name }) => name))('%s is answered with what to do instead', (name) => {
    const { issues, origins } = readTelemetryConfig({ [name]: 'anything' });
    expect(issues).toEqual([
      expect.objectContaining({
        variable: name,
        problem: 'it is not supported and has no effect',
        fix: expect.any(String),
      }),
    ]);
    expect(origins[name]).toEqual({ source: 'ignored', variable: name, text: 'set, ignored' });
  });
});

describe('the table', () => {
  const known = new Set(rows.flatMap(namesOf));

  test.each(SPEC.variables)("has a row for the specification's %s", (name) => {
    expect(known).toContain(name);
  });

  test('has a case here for every row', () => {
    const withCase = new Set([...Object.keys(VARIABLE_CASES), ...unsupported.map(({ name }) => name), ...TESTED_APART]);
    expect(rows.map(({ name }) => name).filter((name) => !withCase.has(name))).toEqual([]);
  });

  test('has a wrong value here for every row that knows one', () => {
    const checked = rows.filter(({ kind }) => !FREE_KINDS.has(kind) && kind !== 'not supported');
    expect(checked.map(({ name }) => name).filter((name) => !VARIABLE_CASES[name]?.nonsense)).toEqual([]);
  });

  test('names every variable once', () => {
    expect(known.size).toBe(rows.flatMap(namesOf).length);
  });
});
