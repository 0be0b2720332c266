import { RE2JS } from 're2js';

/** What ajv needs of a regular expression; `toString` is its key, so it must differ between patterns. */
export interface LinearRegex {
  test(text: string): boolean;
  toString(): string;
}

/**
 * A regular expression that answers in time linear to the text (RE2), whatever the pattern. A pattern comes from an
 * upstream and the text from a caller: with the built-in engine either could stop the gateway for minutes.
 *
 * @returns `undefined` for a pattern RE2 has no linear form of: look-around, back-references, invalid ones.
 */
export function toLinearRegex(pattern: string): LinearRegex | undefined {
  try {
    const regex = RE2JS.compile(RE2JS.translateRegExp(pattern));
    return { test: (text) => regex.test(text), toString: () => pattern };
  } catch {
    return undefined;
  }
}
