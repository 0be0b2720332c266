// search/index/: words of tools, and the scores of their matches.
import type { ToolRecord } from '../../catalog/tool-record.ts';
import { ExactNames } from './exact-names.ts';
import { expandTerm, type Expansion } from './query-expansion.ts';
import { nameKey, toSearchTerms, FIELD, type WeightedTerm } from './search-document.ts';
import { REASON, type SearchMatch } from './search-match.ts';
import { isStopWord, toTokens } from './tokens.ts';
import { Vocabulary } from './vocabulary.ts';

/** What of the whole query a match is compared with. */
interface QueryShape {
  readonly termCount: number;
  /** See {@link nameKey}. */
  readonly key: string;
  /** What the whole query names. */
  readonly named: ReadonlySet<ToolRecord>;
}

const SATURATION = 6; // "k1" of BM25, in the unit of the field weights
const LOWER_BOUND = 0.25; // "delta" of BM25+: any match is worth something
const EXACT_NAME_BONUS = 12;
const NAME_PREFIX_BONUS = 2;
const UNLOADED_SHARE = 0.8; // a skill that is not loaded ranks below an equal tool that can be called now
const MAX_QUERY_TERMS = 24;

/**
 * The inverted index of the catalog: BM25+ over weighted fields, with prefixes, typos and synonyms. Documents are
 * added and removed one by one; a tool's weights never depend on other tools, only the rarity of words does.
 */
export class SearchIndex {
  #vocabulary = new Vocabulary();
  #documents: (ToolRecord | undefined)[] = [];
  #nameKeys: string[] = [];
  readonly #numbers = new Map<ToolRecord, number>();
  readonly #names = new ExactNames();
  #sorted: readonly ToolRecord[] | undefined;
  #scores: Float64Array = new Float64Array(64);
  #best: Float64Array = new Float64Array(64);
  #termCounts: Uint8Array = new Uint8Array(64);
  #reasons: Uint16Array = new Uint16Array(64);

  /** Number of tools that search can find. */
  get size(): number {
    return this.#numbers.size;
  }

  add(record: ToolRecord): void {
    if (!record.isListed || this.#numbers.has(record)) {
      return;
    }
    this.#sorted = undefined;
    this.#names.add(record);
    this.#insert(record);
  }

  remove(record: ToolRecord): void {
    const number = this.#numbers.get(record);
    if (number === undefined) {
      return;
    }
    this.#sorted = undefined;
    this.#names.remove(record);
    this.#numbers.delete(record);
    this.#documents[number] = undefined;
    for (const word of toSearchTerms(record).keys()) {
      this.#vocabulary.release(word);
    }
    if (this.#documents.length > 1_000 && this.#documents.length > this.#numbers.size * 2) {
      this.#rebuild();
    }
  }

  /** Every tool that can be found, by slug. */
  sorted(): readonly ToolRecord[] {
    this.#sorted ??= [...this.#numbers.keys()].toSorted((a, b) => (a.slug < b.slug ? -1 : 1));
    return this.#sorted;
  }

  /** Hands every tool that matches `clause`, and that `accepts`, to `take`; the order is no ranking. */
  match(clause: string, accepts: (record: ToolRecord) => boolean, take: (match: SearchMatch) => void): void {
    const terms = queryTerms(clause);
    const touched: number[] = [];
    for (let at = 0; at < terms.length; at += 1) {
      this.#scoreTerm(expandTerm(this.#vocabulary, terms, at), touched);
    }
    const shape = { termCount: terms.length, key: nameKey(clause), named: this.#names.find(clause) };
    const unnamed = new Set(shape.named);
    for (const number of touched) {
      const record = this.#documents[number];
      if (record !== undefined && accepts(record)) {
        take(this.#toMatch(number, record, shape));
        unnamed.delete(record);
      }
      this.#scores[number] = 0;
      this.#termCounts[number] = 0;
      this.#reasons[number] = 0;
    }
    for (const record of unnamed) {
      if (accepts(record)) {
        take({ record, score: EXACT_NAME_BONUS, reasons: REASON.toolExact });
      }
    }
  }

  #toMatch(number: number, record: ToolRecord, { termCount, key, named }: QueryShape): SearchMatch {
    const coverage = (this.#termCounts[number] ?? 0) / termCount;
    let score = (this.#scores[number] ?? 0) * (0.4 + 0.6 * coverage);
    let reasons = this.#reasons[number] ?? 0;
    const name = this.#nameKeys[number] ?? '';
    if (name === key || named.has(record)) {
      score += EXACT_NAME_BONUS;
      reasons |= REASON.toolExact;
    } else if (name.startsWith(key)) {
      score += NAME_PREFIX_BONUS;
      reasons |= REASON.toolPrefix;
    }
    if (record.needsLoad) {
      score *= UNLOADED_SHARE;
    }
    return { record, score, reasons };
  }

  /** Adds the best expansion of one query word to every document that has any. */
  #scoreTerm(expansions: readonly Expansion[], touched: number[]): void {
    const best = this.#best;
    const ofTerm: number[] = [];
    for (const expansion of expansions) {
      this.#scoreExpansion(expansion, ofTerm);
    }
    for (const number of ofTerm) {
      if (this.#scores[number] === 0) {
        touched.push(number);
      }
      this.#scores[number] = (this.#scores[number] ?? 0) + (best[number] ?? 0);
      this.#termCounts[number] = (this.#termCounts[number] ?? 0) + 1;
      best[number] = 0;
    }
  }

  #scoreExpansion({ postings, kind, weight }: Expansion, ofTerm: number[]): void {
    const { documents, weights, masks, length, liveCount } = postings;
    const rarity = Math.log(1 + (this.#numbers.size - liveCount + 0.5) / (liveCount + 0.5));
    const factor = weight * rarity;
    const nameReason = NAME_REASONS[kind];
    const best = this.#best;
    const reasons = this.#reasons;
    for (let i = 0; i < length; i += 1) {
      const number = documents[i] ?? 0;
      const score = factor * (weights[i] ?? 0);
      const known = best[number] ?? 0;
      if (known === 0) {
        ofTerm.push(number);
      }
      if (score > known) {
        best[number] = score;
      }
      reasons[number] = (reasons[number] ?? 0) | toReasons(masks[i] ?? 0, nameReason);
    }
  }

  #insert(record: ToolRecord): void {
    const number = this.#documents.length;
    this.#documents.push(record);
    this.#nameKeys.push(nameKey(record.isStub ? (record.skillName ?? '') : record.backendTool));
    this.#numbers.set(record, number);
    for (const [word, term] of toSearchTerms(record)) {
      this.#vocabulary.ensure(word).push(number, saturate(term), term.mask);
    }
    if (number >= this.#scores.length) {
      this.#growScratch();
    }
  }

  #growScratch(): void {
    const capacity = this.#scores.length * 2;
    this.#scores = new Float64Array(capacity);
    this.#best = new Float64Array(capacity);
    this.#termCounts = new Uint8Array(capacity);
    this.#reasons = new Uint16Array(capacity);
  }

  #rebuild(): void {
    const records = [...this.#numbers.keys()];
    this.#vocabulary = new Vocabulary();
    this.#documents = [];
    this.#nameKeys = [];
    this.#numbers.clear();
    for (const record of records) {
      this.#insert(record);
    }
  }
}

const NAME_REASONS = { exact: REASON.toolLexical, prefix: REASON.toolPrefix, fuzzy: REASON.toolFuzzy } as const;

/** The words of a clause that are looked for: without stop words, unless there is nothing else. */
function queryTerms(clause: string): readonly string[] {
  const tokens = [...new Set(toTokens(clause.slice(0, 1_000)))];
  const meaningful = tokens.filter((token) => !isStopWord(token));
  return (meaningful.length > 0 ? meaningful : tokens).slice(0, MAX_QUERY_TERMS);
}

function saturate(term: WeightedTerm): number {
  return LOWER_BOUND + (term.weight * (SATURATION + 1)) / (term.weight + SATURATION);
}

function toReasons(mask: number, nameReason: number): number {
  let reasons = 0;
  if ((mask & (FIELD.name | FIELD.title)) !== 0) {
    reasons |= nameReason;
  }
  if ((mask & FIELD.alias) !== 0) {
    reasons |= REASON.alias;
  }
  if ((mask & FIELD.tag) !== 0) {
    reasons |= REASON.tag;
  }
  if ((mask & FIELD.summary) !== 0) {
    reasons |= REASON.summary;
  }
  if ((mask & FIELD.schema) !== 0) {
    reasons |= REASON.schema;
  }
  if ((mask & FIELD.skill) !== 0) {
    reasons |= REASON.skill;
  }
  return reasons;
}
