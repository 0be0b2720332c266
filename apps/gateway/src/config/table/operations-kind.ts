import { withExpected, type Kind, type Parsed, choices } from '@dcc-mcp/telemetry-config/settings';

const OPERATIONS = ['search', 'describe', 'load_skill', 'call', 'call_batch'] as const;
const ALL = ['all', '*'];

/** Operations of the gateway, also by the names of their spans (`gateway.call`); `all` or `*` for each. */
export function operations(): Kind<readonly string[]> {
  const expected = `a comma list of ${OPERATIONS.join(', ')}; or all, or none`;
  const words = choices([...OPERATIONS, ...OPERATIONS.map((name) => `gateway.${name}`), ...ALL], { hasNone: true });
  const expand = ({ value, issues }: Parsed<readonly string[]>): Parsed<readonly string[]> => {
    const names = value?.map((word) => word.replace(/^gateway\./, ''));
    const isAll = names?.some((name) => ALL.includes(name)) === true;
    return { value: isAll ? OPERATIONS : names && [...new Set(names)], issues: withExpected(issues, expected) };
  };
  return {
    ...words,
    expected,
    parse: (given) => expand(words.parse(given)),
    fromJson: (value) => expand(words.fromJson(value)),
  };
}
