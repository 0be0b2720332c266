import SearchableMap from 'minisearch/SearchableMap';
import { PostingList } from './posting-list.ts';

/** A word of the index with its postings. */
export interface VocabularyWord {
  readonly word: string;
  readonly postings: PostingList;
}

/**
 * Every word of the index. A hash map answers exact look-ups; MiniSearch's radix tree answers prefixes and typos.
 * Words whose documents are all gone are not found.
 */
export class Vocabulary {
  readonly #exact = new Map<string, PostingList>();
  readonly #tree = new SearchableMap<PostingList>();

  get(word: string): PostingList | undefined {
    const postings = this.#exact.get(word);
    return postings !== undefined && postings.liveCount > 0 ? postings : undefined;
  }

  /** The postings of a word, made when it is new. */
  ensure(word: string): PostingList {
    const known = this.#exact.get(word);
    if (known !== undefined) {
      return known;
    }
    const postings = new PostingList();
    this.#exact.set(word, postings);
    this.#tree.set(word, postings);
    return postings;
  }

  /** Counts one document less for `word`. */
  release(word: string): void {
    const postings = this.#exact.get(word);
    if (postings !== undefined) {
      postings.liveCount -= 1;
    }
  }

  /** Longer words that begin with `prefix`, the shortest first, at most `limit`. */
  withPrefix(prefix: string, limit: number): readonly VocabularyWord[] {
    const found: VocabularyWord[] = [];
    for (const [word, postings] of this.#tree.atPrefix(prefix).entries()) {
      if (word !== prefix && postings.liveCount > 0) {
        found.push({ word, postings });
      }
    }
    return found.toSorted(byLengthThenWord).slice(0, limit);
  }

  /** Words at most `maxDistance` edits away from `term`, the nearest first, at most `limit`. */
  near(term: string, maxDistance: number, limit: number): readonly (VocabularyWord & { readonly distance: number })[] {
    const found: (VocabularyWord & { readonly distance: number })[] = [];
    for (const [word, [postings, distance]] of this.#tree.fuzzyGet(term, maxDistance)) {
      if (distance > 0 && postings.liveCount > 0) {
        found.push({ word, postings, distance });
      }
    }
    return found.toSorted((a, b) => a.distance - b.distance || byLengthThenWord(a, b)).slice(0, limit);
  }
}

function byLengthThenWord(a: VocabularyWord, b: VocabularyWord): number {
  return a.word.length - b.word.length || (a.word < b.word ? -1 : 1);
}
