import {
  type HasSettled,
  REFORMULATION_WINDOW_MILLIS,
  type RememberedSearch,
  type SearchFollowUp,
  type SearchJoin,
  type SearchPrincipal,
} from './search-memory.ts';

/** A query that is not empty, for the comparison with the next one of its principal. */
export interface LastQuery {
  readonly searchId: string;
  readonly query: string;
  /** Milliseconds. */
  readonly at: number;
}

/** @returns `undefined` for an empty query, which is looked through. */
export function toLastQuery({ searchId, query }: RememberedSearch, at: number): LastQuery | undefined {
  const compared = query.trim().toLowerCase();
  return compared === '' ? undefined : { searchId, query: compared, at };
}

/** Who may know of a success of the principal that is not told here yet. */
export interface LateSuccess {
  readonly principal: SearchPrincipal;
  /** The clock of {@link LastQuery}. */
  readonly now: () => number;
  /** Absent where every success is told at once. */
  readonly hasSettled: HasSettled | undefined;
}

/**
 * The search whose query `next` words anew; none where it says the same, comes late or after a success. Whoever may know
 * of one is asked only where it matters.
 */
export async function rewordedBy(
  last: LastQuery | undefined,
  next: LastQuery | undefined,
  { principal, now, hasSettled }: LateSuccess,
): Promise<string | undefined> {
  if (last === undefined || next === undefined || last.query === next.query) {
    return undefined;
  }
  const isRecent = next.at - last.at <= REFORMULATION_WINDOW_MILLIS;
  const isSettled = isRecent && (await hasSettled?.(principal, (agoMillis) => now() - agoMillis >= last.at)) === true;
  return isRecent && !isSettled ? last.searchId : undefined;
}

/** What a follow-up takes over of the hit that it follows; nothing where there is none. */
export function chosenHit(
  { hits, rankerVersion, total }: RememberedSearch,
  { toolSlug, skillName }: SearchFollowUp,
): Partial<SearchJoin> {
  const bySlug = toolSlug === undefined ? undefined : hits.find((hit) => hit.toolSlug === toolSlug);
  const hit = bySlug ?? (skillName === undefined ? undefined : hits.find((each) => each.skillName === skillName));
  return hit === undefined
    ? {}
    : { rankerVersion, total, selectedRank: hit.rank, score: hit.score, matchReasons: hit.matchReasons };
}
