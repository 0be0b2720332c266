import type { Issue } from '../reading/issue.ts';
import { parseJson } from './parse-json.ts';
import { parseYaml } from './parse-yaml.ts';
import type { ParsedText } from './parsed-text.ts';
import { isRecord, type JsonObject } from './record.ts';

/** What a configuration file holds, or why it cannot be used; then every issue is fatal. */
export type ParsedConfigFile =
  | {
      readonly ok: true;
      readonly value: JsonObject;
      /** The text says nothing: it is blank, or holds comments or `null` alone. Then `value` is an empty object. */
      readonly isEmpty: boolean;
    }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * Parses a configuration file: `.json` and `.jsonc` (comments and trailing commas are accepted in both), `.yaml` and
 * `.yml`; any other name by its first character. Never throws, however the text is made: a mistake is an issue with its
 * line.
 *
 * @param name The file's name; it stands in the issues.
 */
export function parseConfigFile(text: string, name: string): ParsedConfigFile {
  const clean = text.replace(/^\uFEFF/, '');
  const outcome = parserOf(name, clean)(clean);
  if ('problem' in outcome) {
    const place = outcome.line === undefined ? '' : `line ${outcome.line}: `;
    return unusable(name, place + outcome.problem);
  }
  if (outcome.value === null || outcome.value === undefined) {
    return { ok: true, value: {}, isEmpty: true };
  }
  if (!isRecord(outcome.value)) {
    return unusable(name, 'it does not hold an object');
  }
  return { ok: true, value: outcome.value, isEmpty: false };
}

function unusable(name: string, problem: string): ParsedConfigFile {
  const issue: Issue = {
    variable: name,
    problem,
    expected: 'an object in JSON, JSONC or YAML',
    fix: 'correct the file',
    severity: 'fatal',
  };
  return { ok: false, issues: [issue] };
}

function parserOf(name: string, text: string): (text: string) => ParsedText {
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (extension === 'json' || extension === 'jsonc' || extension === 'json5') {
    return parseJson;
  }
  if (extension === 'yaml' || extension === 'yml') {
    return parseYaml;
  }
  return /^\s*(?:[{[]|\/[/*])/.test(text) ? parseJson : parseYaml;
}
