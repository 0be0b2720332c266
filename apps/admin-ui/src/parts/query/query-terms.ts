// The conditions of a filter as pieces of its text, so that each can be shown, taken away, or put in.

/** One condition, or `OR`, and where it begins. */
export interface TermText {
  readonly text: string;
  readonly at: number;
}

const TERM = /(?:"(?:[^"\\]|\\.)*"?|[^\s"])+/g;

/** The pieces of a filter, in order; a text in quotes stays whole. */
export function termsOf(q: string): readonly TermText[] {
  return Array.from(q.matchAll(TERM), ({ 0: text, index }) => ({ text, at: index }));
}

/** The filter without the piece that begins at `at`, and without an `OR` that is left alone. */
export function withoutTerm(q: string, at: number): string {
  const rest = termsOf(q).filter((each) => each.at !== at);
  return rest
    .map(({ text }) => text)
    .filter((text, index, all) => text !== 'OR' || (index > 0 && index < all.length - 1 && all[index - 1] !== 'OR'))
    .join(' ');
}

/** The other conditions of the alternative that the piece at `at` belongs to. */
export function besideTerm(q: string, at: number): string {
  let beside: string[] = [];
  for (const each of termsOf(q)) {
    if (each.text === 'OR') {
      if (each.at > at) {
        break;
      }
      beside = [];
    } else if (each.at !== at && each.text !== 'AND') {
      beside.push(each.text);
    }
  }
  return beside.join(' ');
}

/** The filter with one more condition: of every alternative, because AND binds tighter than OR. */
export function withTerm(q: string, condition: string): string {
  const all = alternativesOf(q).map((terms) => (terms.includes(condition) ? terms : terms.concat(condition)));
  return all.map((terms) => terms.join(' ')).join(' OR ');
}

/** Puts a condition in, or takes it away where it is there. */
export function toggleTerm(q: string, condition: string): string {
  if (!hasTerm(q, condition)) {
    return withTerm(q, condition);
  }
  const rest = alternativesOf(q).map((terms) => terms.filter((text) => text !== condition));
  // An alternative without a condition would be everything.
  return rest.some((terms) => terms.length === 0) ? '' : rest.map((terms) => terms.join(' ')).join(' OR ');
}

/** Whether every alternative has a condition. */
export function hasTerm(q: string, condition: string): boolean {
  return alternativesOf(q).every((terms) => terms.includes(condition));
}

/** The conditions between one `OR` and the next. */
function alternativesOf(q: string): readonly (readonly string[])[] {
  const all: string[][] = [[]];
  for (const { text } of termsOf(q)) {
    if (text === 'OR') {
      all.push([]);
    } else {
      all.at(-1)?.push(text);
    }
  }
  return all;
}

/** `tool="a b"`: a condition with its value in quotes where that is needed. */
export function term(field: string, value: string | number | boolean, operator = '='): string {
  const text = String(value);
  return `${field}${operator}${/^[^\s"\\=!~<>]+$/.test(text) ? text : `"${text.replace(/["\\]/g, String.raw`\$&`)}"`}`;
}
