import { type Kind, list, type Parsed, quote, refused } from '@dcc-mcp/telemetry-config/settings';

const RULE = /^(?:tool|dcc|method):\S+$/;

/** What a message on the wire is about: `tool:render_*`, `dcc:maya`, `method:tools/*`. */
export function trafficRules(): Kind<readonly string[]> {
  const expected = 'a comma list of tool:NAME, dcc:TYPE, method:NAME, with * for any characters';
  const words = list(expected);
  const check = (parsed: Parsed<readonly string[]>): Parsed<readonly string[]> => {
    const bad = (parsed.value ?? []).find((rule) => !RULE.test(rule));
    return bad === undefined ? parsed : refused({ problem: `${quote(bad)} is no rule`, expected });
  };
  return {
    ...words,
    parse: (given) => check(words.parse(given)),
    fromJson: (value) => check(words.fromJson(value)),
  };
}
