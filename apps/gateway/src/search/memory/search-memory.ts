/** Who searches: the session, else the trace. */
export interface SearchPrincipal {
  readonly sessionId: string | undefined;
  readonly traceId: string;
}

/** One answered search, as far as later operations need it. */
export interface RememberedSearch {
  readonly searchId: string;
  readonly principal: SearchPrincipal;
  /** From the start of the search until now. */
  readonly durationMillis: number;
  readonly rankerVersion: string;
  /** All matches, not the page's. */
  readonly total: number;
  readonly query: string;
  readonly hits: readonly RememberedHit[];
}

/** What is kept of a hit. */
export interface RememberedHit {
  readonly toolSlug: string;
  readonly skillName: string | undefined;
  /** From 1, over all pages. */
  readonly rank: number;
  readonly score: number;
  readonly matchReasons: readonly string[];
}

/** A describe, load_skill or call that names the search it follows. */
export interface SearchFollowUp {
  readonly searchId: string;
  readonly principal: SearchPrincipal;
  readonly toolSlug: string | undefined;
  readonly skillName: string | undefined;
  /** True for a call that ended ok: what the search was for has worked. */
  readonly isSuccess: boolean;
}

/** What a follow-up takes over from its search. */
export interface SearchJoin {
  readonly searchId: string;
  /** Absent, as the members below, for a search that is not known (any more) and for what was no hit of it. */
  readonly rankerVersion?: string;
  readonly total?: number;
  readonly selectedRank?: number;
  readonly score?: number;
  readonly matchReasons?: readonly string[];
  /** From the start of the search to now, for its first success alone. */
  readonly firstSuccessMillis?: number;
}

/**
 * Joins searches to what was done with their hits, at one gateway or at several that share it. Bounded: old searches
 * are forgotten.
 */
export interface SearchMemory {
  /**
   * Remembers an answered search; a refused one is not remembered.
   *
   * @param hasSettled Asked before a search counts as worded anew, where successes may still be on their way here.
   * @returns The previous search of its principal, where it was made at most {@link REFORMULATION_WINDOW_MILLIS} ago and
   *   is worded anew.
   */
  remember(
    search: RememberedSearch,
    hasSettled?: HasSettled,
  ): Promise<{ readonly reformulationOf: string | undefined }>;
  /** Joins a follow-up; of several first successes at once exactly one is told the time, and it settles. */
  join(followUp: SearchFollowUp): Promise<SearchJoin>;
  /**
   * Ends what the principal was searching for: its next search rewords nothing.
   *
   * @param agoMillis How long ago it succeeded, where that is told late: a search since then stays. Default 0.
   */
  settle(principal: SearchPrincipal, agoMillis?: number): Promise<void>;
}

/** Whether the principal has had a success that is not told here yet. @param isSince Judges how long ago it was. */
export type HasSettled = (principal: SearchPrincipal, isSince: (agoMillis: number) => boolean) => Promise<boolean>;

/** A query that comes later than this is a new one. */
export const REFORMULATION_WINDOW_MILLIS = 600_000;
