import { parseExactJson } from './exact-json.ts';
import type { JsonPath } from './json-path.ts';

/** JSON that may end in the middle. */
export interface ReadJson {
  /** What is whole of it; absent where not even the outermost value has begun. */
  readonly value?: unknown;
  /** Where it is cut off: the value there is not known, and neither is what came behind it. Absent where it is whole. */
  readonly cutAt?: JsonPath;
}

interface Level {
  readonly closer: '}' | ']';
  /** Name of the member that is read, or index of the element; absent before a name. */
  key: string | number | undefined;
}

/** A whole string, a mark, a number or word; a string that is cut off is none. */
const TOKEN = /"[^"\\]*(?:\\[^][^"\\]*)*"|[{}[\]:,]|[^\s{}[\]:,"]+/y;
const BLANKS = /\s*/y;

/** Reads JSON as far as it goes. */
export function readJson(text: string): ReadJson {
  try {
    return { value: parseExactJson(text) };
  } catch {
    return readCut(text);
  }
}

function readCut(text: string): ReadJson {
  const levels: Level[] = [];
  let whole = '';
  const keep = (end: number): void => {
    whole =
      text.slice(0, end) +
      levels
        .map(({ closer }) => closer)
        .toReversed()
        .join('');
  };
  for (const { token, at, end } of tokensOf(text)) {
    const level = levels.at(-1);
    if (token === '{' || token === '[') {
      levels.push(token === '{' ? { closer: '}', key: undefined } : { closer: ']', key: 0 });
      keep(end);
    } else if (token === '}' || token === ']') {
      levels.pop();
      keep(end);
    } else if (token === ',') {
      // A number is whole once something stands behind it.
      keep(at);
      next(level);
    } else if (token.startsWith('"')) {
      if (level?.closer === '}' && level.key === undefined) {
        level.key = String(JSON.parse(token));
      } else {
        keep(end);
      }
    }
  }
  const cutAt = levels.flatMap(({ key }) => key ?? []);
  return whole === '' ? { cutAt } : { value: parseExactJson(whole), cutAt };
}

function next(level: Level | undefined): void {
  if (level !== undefined) {
    level.key = typeof level.key === 'number' ? level.key + 1 : undefined;
  }
}

interface Token {
  readonly token: string;
  readonly at: number;
  readonly end: number;
}

function* tokensOf(text: string): Generator<Token> {
  let at = 0;
  while (at < text.length) {
    BLANKS.lastIndex = at;
    BLANKS.exec(text);
    at = BLANKS.lastIndex;
    TOKEN.lastIndex = at;
    const [token] = TOKEN.exec(text) ?? [];
    if (token === undefined) {
      return;
    }
    yield { token, at, end: at + token.length };
    at += token.length;
  }
}
