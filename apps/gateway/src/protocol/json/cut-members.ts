import type { ScannedMember } from './json-scanner.ts';

/** A piece of a text, and what stands in its place. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What is cut out of a text so that an object in it loses these members, in their order; their commas go with them. */
export function cutMembers(source: string, members: readonly ScannedMember[]): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const { start, end } of members) {
    const cutTo = pieces.at(-1)?.end ?? 0;
    const before = lastBehind(source, nameStart(source, start));
    // Behind the first member of an object stands the comma, in front of every other.
    const isFirst = before < cutTo || source[before] === '{';
    const next = firstFrom(source, end);
    pieces.push(
      isFirst
        ? { start: Math.max(before + 1, cutTo), end: source[next] === ',' ? next + 1 : end, text: '' }
        : { start: before, end, text: '' },
    );
  }
  return pieces;
}

/** Where the name of the member begins whose value does there. */
function nameStart(source: string, valueStart: number): number {
  const colon = lastBehind(source, valueStart);
  let quote = lastBehind(source, colon);
  do {
    quote = source.lastIndexOf('"', quote - 1);
  } while (isEscaped(source, quote));
  return quote;
}

function isEscaped(source: string, at: number): boolean {
  let start = at;
  while (source[start - 1] === '\\') {
    start -= 1;
  }
  return (at - start) % 2 === 1;
}

/** The last place in front of `at` that is no white space. */
function lastBehind(source: string, at: number): number {
  let found = at - 1;
  while (isSpace(source[found])) {
    found -= 1;
  }
  return found;
}

/** The first place from `at` on that is no white space. */
function firstFrom(source: string, at: number): number {
  let found = at;
  while (isSpace(source[found])) {
    found += 1;
  }
  return found;
}

/** White space of JSON (RFC 8259, section 2). */
function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\n' || character === '\r' || character === '\t';
}
