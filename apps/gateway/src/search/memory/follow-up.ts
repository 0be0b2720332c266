import {
  REFORMULATION_WINDOW_MILLIS,
  type RememberedSearch,
  type SearchFollowUp,
  type SearchJoin,
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

/**
 * The search whose query `next` words anew; none where it says the same, or comes late.
 *
 * @param isSettledSince Asked, only where it matters, for a success since then that is not told here yet.
 */
export async function rewordedBy(
  last: LastQuery | undefined,
  next: LastQuery | undefined,
  isSettledSince: ((at: number) => Promise<boolean>) | undefined,
): Promise<string | undefined> {
  if (last === undefined || next === undefined || last.query === next.query) {
    return undefined;
  }
  const isRecent = next.at - last.at <= REFORMULATION_WINDOW_MILLIS;
  return isRecent && (await isSettledSince?.(last.at)) !== true ? last.searchId : undefined;
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
