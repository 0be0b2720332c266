import type { PostingList } from './posting-list.ts';
import { synonymsOf } from './synonyms.ts';
import { stem } from './tokens.ts';
import type { Vocabulary } from './vocabulary.ts';

/** How a word of the index came to stand for a word of the query. */
export type ExpansionKind = 'exact' | 'prefix' | 'fuzzy';

/** A word of the index that a word of the query may mean. */
export interface Expansion {
  readonly postings: PostingList;
  readonly kind: ExpansionKind;
  /** Share of the score a match through it earns, 0 to 1. */
  readonly weight: number;
}

const MAX_PREFIXES = 48;
const MAX_FUZZY = 24;
const SYNONYM_WEIGHT = 0.5;
const JOINED_WEIGHT = 0.9;
const PART_WEIGHT = 0.6;
const SWAPPED_WEIGHT = 0.6;
const MIN_PART = 3;
/** Longer words are looked for as they stand: nobody types them, and each costs a walk through the whole index. */
const MAX_MISTYPED = 24;

/** The words of the index that each word of the query may mean; its neighbours may join it to one word. */
export function expandTerm(vocabulary: Vocabulary, terms: readonly string[], at: number): Expansion[] {
  const term = terms[at] ?? '';
  const exact = vocabulary.get(term);
  const expansions: Expansion[] = [
    ...(exact === undefined ? [] : [{ postings: exact, kind: 'exact', weight: 1 } as const]),
    ...prefixes(vocabulary, term),
    ...lookUp(vocabulary, joinedWords(terms, at), { kind: 'exact', weight: JOINED_WEIGHT }),
    ...lookUp(vocabulary, synonymsOf(term), { kind: 'fuzzy', weight: SYNONYM_WEIGHT }),
  ];
  if (exact !== undefined) {
    return expansions;
  }
  expansions.push(...parts(vocabulary, term));
  if (term.length > 3 && term.length <= MAX_MISTYPED) {
    expansions.push(...lookUp(vocabulary, transpositions(term), { kind: 'fuzzy', weight: SWAPPED_WEIGHT }));
    expansions.push(...typos(vocabulary, term));
  }
  return expansions;
}

/** Those of `words` that the index holds. */
function lookUp(
  vocabulary: Vocabulary,
  words: readonly string[],
  expansion: Omit<Expansion, 'postings'>,
): readonly Expansion[] {
  const found: Expansion[] = [];
  for (const word of words) {
    const postings = vocabulary.get(word);
    if (postings !== undefined) {
      found.push({ postings, ...expansion });
    }
  }
  return found;
}

function prefixes(vocabulary: Vocabulary, term: string): readonly Expansion[] {
  if (term.length < 2) {
    return [];
  }
  const found = vocabulary.withPrefix(term, MAX_PREFIXES);
  return found.map(({ word, postings }) => ({
    postings,
    kind: 'prefix',
    weight: 0.3 + (0.5 * term.length) / word.length,
  }));
}

/** "key frame" also means "keyframe". */
function joinedWords(terms: readonly string[], at: number): readonly string[] {
  const term = terms[at] ?? '';
  const previous = terms[at - 1];
  const next = terms[at + 1];
  return [...(previous === undefined ? [] : [previous + term]), ...(next === undefined ? [] : [term + next])];
}

/** "takescreenshot" also means "take" and "screenshot", when both are words of the index. */
function parts(vocabulary: Vocabulary, term: string): readonly Expansion[] {
  const found: Expansion[] = [];
  for (let at = MIN_PART; at <= term.length - MIN_PART; at += 1) {
    const left = vocabulary.get(stem(term.slice(0, at)));
    const right = vocabulary.get(stem(term.slice(at)));
    if (left === undefined || right === undefined) {
      continue;
    }
    found.push({ postings: left, kind: 'fuzzy', weight: PART_WEIGHT });
    found.push({ postings: right, kind: 'fuzzy', weight: PART_WEIGHT });
  }
  return found;
}

function typos(vocabulary: Vocabulary, term: string): readonly Expansion[] {
  const maxDistance = term.length < 6 ? 1 : 2;
  return vocabulary.near(term, maxDistance, MAX_FUZZY).map(({ word, postings, distance }) => {
    const hasSameStart = word[0] === term[0];
    return { postings, kind: 'fuzzy', weight: (distance === 1 ? 0.5 : 0.25) * (hasSameStart ? 1 : 0.6) };
  });
}

function transpositions(term: string): string[] {
  if (term.length < 3) {
    return [];
  }
  const swapped: string[] = [];
  for (let i = 0; i + 1 < term.length; i += 1) {
    const a = term[i] ?? '';
    const b = term[i + 1] ?? '';
    if (a !== b) {
      swapped.push(term.slice(0, i) + b + a + term.slice(i + 2));
    }
  }
  return swapped;
}
