import { accepted, quote, refused, withExpected, wrongType, type ValueIssue, type Kind, type Parsed } from './kind.ts';
import { choice } from './scalar-kinds.ts';

/** Splits a comma list; blanks around items and empty items fall away. */
export function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function listFromJson<T>(
  value: unknown,
  expected: string,
  parseItems: (items: readonly string[]) => Parsed<T>,
): Parsed<T> {
  if (typeof value === 'string') {
    return parseItems(splitList(value));
  }
  if (isTextList(value)) {
    return parseItems(value.map((item) => item.trim()).filter((item) => item !== ''));
  }
  return wrongType(value, expected);
}

const LIST_SCHEMA = { type: ['array', 'string'], items: { type: 'string' } };

/**
 * Free words, separated by commas; as JSON also an empty list. One of nothing but blanks is refused: where an empty list
 * means all, a variable in it that nobody has set would open what it was to close.
 */
export function list(expected = 'a comma list'): Kind<readonly string[]> {
  const parseWords = (words: readonly string[]): Parsed<readonly string[]> =>
    words.length === 0 ? refused({ problem: 'it names nothing', expected }) : accepted([...new Set(words)]);
  return {
    name: 'list',
    expected,
    isSecret: false,
    schema: LIST_SCHEMA,
    parse: (text) => parseWords(splitList(text)),
    fromJson: (value) =>
      Array.isArray(value) && value.length === 0 ? accepted([]) : listFromJson(value, expected, parseWords),
    show: (value) => (value.length === 0 ? 'none' : value.join(',')),
  };
}

/** Words of a fixed set, separated by commas; an unknown one drops out with a issue, a repeated one counts once. */
export function choices<const T extends string>(
  values: readonly T[],
  options: { readonly hints?: Readonly<Record<string, string>>; readonly hasNone?: boolean } = {},
): Kind<readonly T[]> {
  const one = choice(values, options.hints);
  const expected = `a comma list of ${values.join(', ')}${options.hasNone === true ? '; or none' : ''}`;
  const parseItems = (items: readonly string[]): Parsed<readonly T[]> => {
    const others = items.filter((item) => item.toLowerCase() !== 'none');
    if (options.hasNone === true && others.length < items.length) {
      return noneOf(others, expected);
    }
    const taken: T[] = [];
    const issues: ValueIssue[] = [];
    for (const item of items) {
      const parsed = one.parse(item);
      if (parsed.value !== undefined && !taken.includes(parsed.value)) {
        taken.push(parsed.value);
      }
      issues.push(...withExpected(parsed.issues, expected));
    }
    return taken.length === 0 ? { value: undefined, issues } : { value: taken, issues: withRest(issues, taken) };
  };
  return {
    name: 'list of choices',
    expected,
    isSecret: false,
    schema: LIST_SCHEMA,
    parse: (text) => parseItems(splitList(text)),
    fromJson: (value) => listFromJson(value, expected, parseItems),
    show: (value) => (value.length === 0 ? 'none' : value.join(',')),
  };
}

function withRest(issues: readonly ValueIssue[], taken: readonly string[]): readonly ValueIssue[] {
  const instead = `${taken.join(', ')} ${taken.length === 1 ? 'is' : 'are'} used`;
  return issues.map((issue) => Object.assign({}, issue, { instead }));
}

function noneOf<T>(others: readonly string[], expected: string): Parsed<readonly T[]> {
  if (others.length === 0) {
    return accepted([]);
  }
  const problem = `none stands beside ${others.map(quote).join(', ')} and wins`;
  return { value: [], issues: [{ problem, expected, fix: 'remove none, or the others' }] };
}

/** Splits at commas that stand outside brackets, so that `a{1,3}` and `[,;]` stay whole. */
function splitPatterns(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '\\') {
      part += character + text.charAt(index + 1);
      index += 1;
    } else if (character === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else {
      if ('([{'.includes(character)) {
        depth += 1;
      }
      if (')]}'.includes(character)) {
        depth = Math.max(0, depth - 1);
      }
      part += character;
    }
  }
  parts.push(part);
  return parts.map((item) => item.trim()).filter((item) => item !== '');
}

/** Groups of RE2 that JavaScript writes differently. */
function toJavaScriptPattern(pattern: string): string {
  return pattern.replaceAll('(?P<', '(?<').replaceAll(/\(\?[imsU]+(?:-[imsU]+)?\)/g, '');
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(toJavaScriptPattern(pattern)) instanceof RegExp;
  } catch {
    return false;
  }
}

/** Regular expressions, separated by commas; a bad one is named and refuses the whole list. */
export function patterns(): Kind<readonly string[]> {
  const expected = 'a comma list of regular expressions';
  const parseItems = (items: readonly string[]): Parsed<readonly string[]> => {
    const bad = items.filter((item) => !isPattern(item));
    if (bad.length === 0) {
      return accepted(items);
    }
    return refused({ problem: `${bad.map(quote).join(', ')} is not a regular expression`, expected });
  };
  return {
    ...list(expected),
    parse: (text) => parseItems(splitPatterns(text)),
    fromJson: (value) => {
      if (typeof value === 'string') {
        return parseItems(splitPatterns(value));
      }
      return isTextList(value) ? parseItems(value) : wrongType(value, expected);
    },
  };
}
