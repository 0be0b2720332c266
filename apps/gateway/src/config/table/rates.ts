import { type Kind, keyValues, type Parsed, quote, type ValueIssue } from '@dcc-mcp/telemetry-config/settings';

/** Whole numbers by name: `{render*: 5}`, as a variable `render*=5,bake=1`. A wrong one drops out alone. */
export function rates(): Kind<Readonly<Record<string, number>>> {
  const expected = 'names with whole numbers from 1, as render*=5,bake=1';
  const pairs = keyValues();
  const toRates = (parsed: Parsed<Readonly<Record<string, string>>>): Parsed<Readonly<Record<string, number>>> => {
    if (parsed.value === undefined) {
      return { value: undefined, issues: parsed.issues };
    }
    const entries = Object.entries(parsed.value);
    const wrong = entries.filter(([, rate]) => !/^[1-9]\d{0,8}$/.test(rate));
    const right = entries.filter((entry) => !wrong.includes(entry));
    const rest = right.length === 0 ? '' : '; it is left out, the others stay';
    const issues = wrong.map(([name, rate]): ValueIssue => {
      return { problem: `${quote(name)} has ${quote(rate)}${rest}`, expected };
    });
    const isUsable = right.length > 0 || issues.length === 0;
    const value = isUsable ? Object.fromEntries(right.map(([name, rate]) => [name, Number(rate)])) : undefined;
    return { value, issues: [...parsed.issues, ...issues] };
  };
  return {
    name: pairs.name,
    expected,
    isSecret: false,
    schema: { type: 'object', additionalProperties: { type: 'integer', minimum: 1 } },
    parse: (text) => toRates(pairs.parse(text)),
    fromJson: (value) => toRates(pairs.fromJson(value)),
    show: (value) =>
      Object.entries(value)
        .map(([name, rate]) => `${name}=${rate}`)
        .join(','),
  };
}
