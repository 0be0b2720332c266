// What a card says: which server asks for attention first, what it lost, how its day was.
import type { InstanceCard } from '@dcc-mcp/admin-api';
import { holdsWords } from '../../parts/page/holds-words.ts';
import { term } from '../../parts/query/query-terms.ts';

export type InstanceStatus = InstanceCard['status'];

/** Statuses, the worst first. */
export const STATUSES = [
  'unreachable',
  'quarantined',
  'stale',
  'booting',
  'ready',
  'idle',
  'disabled',
] as const satisfies readonly InstanceStatus[];

/** How much attention a status asks for: `bad` does now, `warn` may soon. */
export function attentionOf(status: string): 'bad' | 'warn' | 'none' {
  if (status === 'unreachable' || status === 'quarantined') {
    return 'bad';
  }
  return status === 'stale' || status === 'booting' ? 'warn' : 'none';
}

/** Tools that were there when it last went well and are not now. */
export function toolsLost({ tool_count: now, tool_count_last_good: good }: InstanceCard): number {
  return Math.max(good - now, 0);
}

/** Cards in the order of attention: by status, then lost tools, then failed calls, then name. */
export function worstFirst(cards: readonly InstanceCard[]): readonly InstanceCard[] {
  return cards.toSorted(
    (one, other) =>
      STATUSES.indexOf(one.status) - STATUSES.indexOf(other.status) ||
      toolsLost(other) - toolsLost(one) ||
      (other.calls?.failed ?? 0) - (one.calls?.failed ?? 0) ||
      one.display_name.localeCompare(other.display_name),
  );
}

/** Cards of a status that hold every word of `find`; undefined asks nothing. */
export function matching(
  cards: readonly InstanceCard[],
  { status, find }: { readonly status?: string | undefined; readonly find?: string | undefined },
): readonly InstanceCard[] {
  return cards.filter(
    (card) =>
      (status === undefined || card.status === status) &&
      holdsWords(find, [
        card.display_name,
        card.dcc_type,
        card.instance_id,
        card.status,
        card.last_error,
        card.scene,
        card.server_info?.name,
        card.mcp_url,
      ]),
  );
}

/** Filters of the calls of an instance, each with exactly the rows that its card counts. */
export function callFilters({ instance_id: id, calls }: InstanceCard): {
  readonly all: string;
  readonly failed: string;
  readonly slowest?: string;
} {
  const all = term('instance_id', id);
  return {
    all,
    failed: `${all} success=false`,
    ...(calls?.p95_ms === undefined ? {} : { slowest: `${all} duration_ms>=${calls.p95_ms}` }),
  };
}

/** Pieces of a day, and how many there were of each state, the most first. */
export function dayOf(
  strip: NonNullable<InstanceCard['strip']>,
): readonly (readonly [state: string, pieces: number])[] {
  const counts = new Map<string, number>();
  for (const { state = 'unknown' } of strip) {
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return [...counts].toSorted(([, one], [, other]) => other - one);
}

/** A piece of the strip is 15 minutes. */
export const STRIP_PIECE_MILLIS = 900_000;

/** Addresses that may be opened: those of the web. */
export function webLinks(links: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(links).filter(([, url]) => /^https?:\/\//.test(url)));
}
