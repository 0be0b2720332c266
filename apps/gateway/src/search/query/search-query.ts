// search/query/: what is asked for, filters, hints and the order of matches.
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { MatchReason } from '../index/search-match.ts';

/** What is searched for, and among which tools. */
export interface SearchQuery {
  readonly query?: string | undefined;
  /** Further clauses; a tool that matches any of them is found. */
  readonly orQueries?: readonly string[] | undefined;
  readonly dccType?: string | undefined;
  readonly dccTypes?: readonly string[] | undefined;
  /** A whole instance id, or at least its first four hex digits. */
  readonly instanceId?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly tagsAny?: readonly string[] | undefined;
  readonly excludeTags?: readonly string[] | undefined;
  readonly loadedOnly?: boolean | undefined;
  readonly sceneHint?: string | undefined;
  readonly skillHint?: string | undefined;
  readonly minScore?: number | undefined;
  /** Default 25, at most 100. */
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly mode?: 'fuzzy' | 'exact' | undefined;
  /** What policy lets the caller see; applied before anything is counted or paged. */
  readonly isVisible?: ((record: ToolRecord) => boolean) | undefined;
  /** The scene an instance has open, for `sceneHint`. */
  readonly sceneOf?: ((instanceId: string) => string | undefined) | undefined;
}

/** One tool found. */
export interface SearchHit {
  readonly record: ToolRecord;
  /** From 1, over all pages. */
  readonly rank: number;
  readonly score: number;
  /** At most five, the most telling first. */
  readonly matchReasons: readonly MatchReason[];
}

/** One page of hits. */
export interface SearchResult {
  readonly rankerVersion: string;
  readonly indexGeneration: number;
  /** All matches, whatever the page. */
  readonly total: number;
  readonly hits: readonly SearchHit[];
}
