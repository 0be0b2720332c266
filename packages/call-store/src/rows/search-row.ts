import type { SearchFollowupKind } from '@dcc-mcp/semantic-conventions';
import type { RowLinks } from './call-row.ts';
import type { RowIdentity } from './row-identity.ts';

/** One hit of a search. */
export interface SearchRowHit {
  readonly tool_slug: string;
  /** From 1, over all pages. */
  readonly rank: number;
  readonly score: number;
  readonly match_reasons: readonly string[];
}

/** One describe, load_skill or call that named the search. */
export interface SearchRowFollowUp {
  readonly kind: SearchFollowupKind;
  readonly timestamp: string;
  readonly request_id: string;
  readonly trace_id: string;
  readonly tool_slug?: string;
  /** Absent where the tool was no hit of the search. */
  readonly selected_rank?: number;
  readonly success: boolean;
  /** Milliseconds since the search. */
  readonly elapsed_ms: number;
}

/** A follow-up as it is noted: who did not see the search begin does not know how long ago that was. */
export type FollowUpNote = Omit<SearchRowFollowUp, 'elapsed_ms'> & Partial<Pick<SearchRowFollowUp, 'elapsed_ms'>>;

/** One answered search and what came of it. */
export interface SearchRow extends RowIdentity {
  readonly search_id: string;
  readonly kind: 'fuzzy' | 'exact';
  readonly ranker_version: string;
  readonly index_generation: number;
  /** At most 120 bytes, secrets redacted. */
  readonly query_preview: string;
  readonly query_hash: string;
  readonly filters: Readonly<Record<string, unknown>>;
  /** All matches, not the page's. */
  readonly total: number;
  readonly zero_results: boolean;
  /** The search that this one words anew. */
  readonly reformulation_of?: string;
  /** At most 25. */
  readonly hits: readonly SearchRowHit[];
  /** At most 32, oldest first. */
  readonly followups: readonly SearchRowFollowUp[];
  /** Milliseconds from the search to its first call that went well. */
  readonly first_success_ms?: number;
  readonly links?: RowLinks;
}
