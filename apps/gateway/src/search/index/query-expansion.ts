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
const MIN_PART = 3;

/** The words of the index that each word of the query may mean; its neighbours may join it to one word. */
export function expandTerm(vocabulary: Vocabulary, terms: readonly string[], at: number): Expansion[] {
  const term = terms[at] ?? '';
  const expansions: Expansion[] = [];
  const exact = vocabulary.get(term);
  if (exact !== undefined) {
    expansions.push({ postings: exact, kind: 'exact', weight: 1 });
  }
  addPrefixes(vocabulary, term, expansions);
  addJoined(vocabulary, terms, at, expansions);
  for (const synonym of synonymsOf(term)) {
    add(vocabulary, synonym, 'fuzzy', SYNONYM_WEIGHT, expansions);
  }
  if (exact !== undefined) {
    return expansions;
  }
  addParts(vocabulary, term, expansions);
  if (term.length > 3) {
    addTypos(vocabulary, term, expansions);
  }
  return expansions;
}

function add(vocabulary: Vocabulary, word: string, kind: ExpansionKind, weight: number, expansions: Expansion[]): void {
  const postings = vocabulary.get(word);
  if (postings !== undefined) {
    expansions.push({ postings, kind, weight });
  }
}

function addPrefixes(vocabulary: Vocabulary, term: string, expansions: Expansion[]): void {
  if (term.length < 2) {
    return;
  }
  for (const { word, postings } of vocabulary.withPrefix(term, MAX_PREFIXES)) {
    expansions.push({ postings, kind: 'prefix', weight: 0.3 + (0.5 * term.length) / word.length });
  }
}

/** "key frame" also means "keyframe". */
function addJoined(vocabulary: Vocabulary, terms: readonly string[], at: number, expansions: Expansion[]): void {
  const term = terms[at] ?? '';
  const previous = terms[at - 1];
  const next = terms[at + 1];
  if (previous !== undefined) {
    add(vocabulary, previous + term, 'exact', JOINED_WEIGHT, expansions);
  }
  if (next !== undefined) {
    add(vocabulary, term + next, 'exact', JOINED_WEIGHT, expansions);
  }
}

/** "takescreenshot" also means "take" and "screenshot", when both are words of the index. */
function addParts(vocabulary: Vocabulary, term: string, expansions: Expansion[]): void {
  for (let at = MIN_PART; at <= term.length - MIN_PART; at += 1) {
    const left = vocabulary.get(stem(term.slice(0, at)));
    const right = vocabulary.get(stem(term.slice(at)));
    if (left === undefined || right === undefined) {
      continue;
    }
    expansions.push({ postings: left, kind: 'fuzzy', weight: PART_WEIGHT });
    expansions.push({ postings: right, kind: 'fuzzy', weight: PART_WEIGHT });
  }
}

function addTypos(vocabulary: Vocabulary, term: string, expansions: Expansion[]): void {
  for (const swapped of transpositions(term)) {
    add(vocabulary, swapped, 'fuzzy', 0.6, expansions);
  }
  const maxDistance = term.length < 4 ? 0 : term.length < 6 ? 1 : 2;
  if (maxDistance === 0) {
    return;
  }
  for (const { word, postings, distance } of vocabulary.near(term, maxDistance, MAX_FUZZY)) {
    const sameStart = word[0] === term[0];
    expansions.push({ postings, kind: 'fuzzy', weight: (distance === 1 ? 0.5 : 0.25) * (sameStart ? 1 : 0.6) });
  }
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
