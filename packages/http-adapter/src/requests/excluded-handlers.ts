import { RE2JS, RE2JSException } from 're2js';

/** Splits at commas, but not inside a repetition such as `{1,3}`. */
function splitPatterns(list: string): string[] {
  return list
    .split(/,(?!\d*\})/)
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '');
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    const reason = error instanceof RE2JSException ? error.message : 'it is not valid';
    throw new TypeError(`excluded handler "${pattern}" can't be used as a regular expression: ${reason}`, {
      cause: error,
    });
  }
}

/**
 * Reads a comma list of regular expressions (RE2 syntax) into a test of request paths. Each is searched for anywhere in
 * the path, in a time linear in its length: no expression and no path can stall the server.
 *
 * @throws {TypeError} When an expression can't be compiled; the message names it. RE2 has no look-around and no
 *   back-references.
 */
export function compileExcludedHandlers(patterns: string | readonly string[]): (path: string) => boolean {
  const list = typeof patterns === 'string' ? splitPatterns(patterns) : patterns;
  const compiled = list.map((pattern) => compile(pattern));
  return compiled.length === 0 ? () => false : (path) => compiled.some((expression) => expression.test(path));
}
