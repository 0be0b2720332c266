import { maskUrl } from '../masking/mask-url.ts';

/** What a variable holds; the word stands in the reference and in `doctor`. */
type KindName =
  | 'boolean'
  | 'choice'
  | 'list of choices'
  | 'list'
  | 'whole number'
  | 'duration (ms)'
  | 'timeout (ms)'
  | 'ratio'
  | 'URL'
  | 'headers'
  | 'key-value list'
  | 'file path'
  | 'text'
  | 'secret'
  | 'JSON'
  | 'not supported';

/** One reason why a text, or a part of it, was not taken. */
export interface ValueIssue {
  readonly problem: string;
  readonly expected?: string;
  /** What holds, where a part of the text was taken. */
  readonly instead?: string;
  readonly fix?: string;
}

/** What became of a text; without a value the setting counts as unset. */
export interface Parsed<T> {
  readonly value: T | undefined;
  readonly issues: readonly ValueIssue[];
}

/** A JSON Schema 2020-12 fragment. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** How one sort of setting is written, read, shown and described. */
export interface Kind<T> {
  readonly name: KindName;
  /** What is right, in words. */
  readonly expected: string;
  /** The value never stands in an issue or in `doctor`. */
  readonly isSecret: boolean;
  readonly schema: JsonSchema;
  /** @param text Trimmed, not blank. */
  parse(text: string): Parsed<T>;
  /** The same from a file's value: text goes through `parse`. */
  fromJson(value: unknown): Parsed<T>;
  show(value: T): string;
}

export function accepted<T>(value: T): Parsed<T> {
  return { value, issues: [] };
}

export function refused<T>(issue: ValueIssue): Parsed<T> {
  return { value: undefined, issues: [issue] };
}

/** The same issues, with what would be right said as a whole. */
export function withExpected(issues: readonly ValueIssue[], expected: string): readonly ValueIssue[] {
  return issues.map((issue) => Object.assign({}, issue, { expected }));
}

/** Longest piece of a wrong value an issue repeats. */
const MAX_QUOTED = 80;

/** Longest text that is searched for credentials; what lies behind it is not shown at all. */
const MAX_MASKED = 1_000;

/** The value as an issue may repeat it: one line, bounded, credentials of URLs masked. */
export function quote(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters must not reach a terminal
  const line = maskUrl(maskUserOfNoUrl(text.slice(0, MAX_MASKED))).replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, '·');
  return line.length > MAX_QUOTED ? `"${Array.from(line).slice(0, MAX_QUOTED).join('')}…"` : `"${line}"`;
}

/** Masks the user information of what was meant as a URL and is none: its scheme, a slash or a bracket is missing. */
function maskUserOfNoUrl(text: string): string {
  return text.replace(/^(["']?(?:[a-z][a-z0-9+.-]+:\/+|\/\/)).*@/is, '$1***@').replace(/^(["']?)[^/"']+@/, '$1***@');
}

/** The issue of a value that is of the wrong JSON type; names the type, not the value. */
export function wrongType<T>(value: unknown, expected: string): Parsed<T> {
  const type = value === null ? 'null' : Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
  return refused({ problem: `the value is ${type}`, expected });
}

/** A schema that also lets a text stand that takes its value from a variable. */
export function orSubstituted(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'string', pattern: String.raw`\$\{` }] };
}
