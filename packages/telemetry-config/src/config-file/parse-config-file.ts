import { parse as parseJsonc, printParseErrorCode, type ParseError } from 'jsonc-parser';
import { parseDocument } from 'yaml';
import type { Issue } from '../reading/issue.ts';
import { isRecord, type JsonObject } from './record.ts';

/** What a configuration file holds, or why it cannot be used; then every issue is fatal. */
export type ParsedConfigFile =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Text and position of a issue, without the file's content. */
type Outcome = { readonly value: unknown } | { readonly problem: string; readonly line?: number };

/**
 * Parses a configuration file: `.json` (no comments), `.jsonc` (comments, trailing commas), `.yaml` and `.yml`; any other
 * name by its first character.
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
    return { ok: true, value: {} };
  }
  if (!isRecord(outcome.value)) {
    return unusable(name, 'it does not hold an object');
  }
  if (holdsItself(outcome.value)) {
    return unusable(name, 'an alias stands inside of what it names');
  }
  return { ok: true, value: outcome.value };
}

/** Whether a YAML alias made a circle; whoever walks through the value would not come to an end. */
function holdsItself(value: unknown, around: readonly unknown[] = []): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  if (around.includes(value)) {
    return true;
  }
  return Object.values(value).some((entry) => holdsItself(entry, [...around, value]));
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

function parserOf(name: string, text: string): (text: string) => Outcome {
  const extension = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (extension === 'json') {
    return (content) => parseJson(content, false);
  }
  if (extension === 'jsonc' || extension === 'json5') {
    return (content) => parseJson(content, true);
  }
  if (extension === 'yaml' || extension === 'yml') {
    return parseYaml;
  }
  return /^\s*(?:[{[]|\/[/*])/.test(text) ? (content) => parseJson(content, true) : parseYaml;
}

function parseJson(text: string, hasComments: boolean): Outcome {
  if (text.trim() === '') {
    return { value: {} };
  }
  const errors: ParseError[] = [];
  const value: unknown = parseJsonc(text, errors, { disallowComments: !hasComments, allowTrailingComma: hasComments });
  const [error] = errors;
  if (error === undefined) {
    return { value };
  }
  const line = text.slice(0, error.offset).split('\n').length;
  return { problem: inWords(printParseErrorCode(error.error)), line };
}

/** `CommaExpected` → `comma expected`. */
function inWords(code: string): string {
  return code.replaceAll(/(?<!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}

function parseYaml(text: string): Outcome {
  try {
    const document = parseDocument(text, { prettyErrors: true, logLevel: 'silent', stringKeys: true });
    const [error] = document.errors;
    if (error === undefined) {
      return { value: document.toJS({ maxAliasCount: 100 }) };
    }
    const line = error.linePos?.[0].line;
    // The message's later lines repeat the file, which may hold secrets.
    const problem = (error.message.split('\n', 1)[0] ?? error.code).replace(/ at line \d+, column \d+:?$/, '');
    return { problem, ...(line === undefined ? {} : { line }) };
  } catch (error) {
    return { problem: error instanceof Error ? (error.message.split('\n', 1)[0] ?? 'not readable') : 'not readable' };
  }
}
