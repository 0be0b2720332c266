import type { FollowUpNote, SearchRow } from '../rows/search-row.ts';
import { withFollowUp } from '../store/bound-row.ts';
import type { RingEntry } from '../store/rings/row-ring.ts';
import { sortById } from '../store/rings/row-shelf.ts';
import type { RowKind, RowKinds } from '../store/row-kinds.ts';
import type { SharedRows } from './shared-rows.ts';
import { streamsOf } from './shared-streams.ts';

type Own = <K extends RowKind>(kind: K) => readonly RingEntry<RowKinds[K]>[];

/** What is known of a list here and at all gateways, oldest key first; own rows are as they are here, which is whole. */
export function mergedEntries<K extends RowKind>(
  kind: K,
  { own, rows }: { readonly own: Own; readonly rows: SharedRows },
): readonly RingEntry<RowKinds[K]>[] {
  const byId = new Map<string, RingEntry<object>>();
  for (const stream of streamsOf(kind)) {
    if (stream !== 'followups') {
      rows
        .stream(stream)
        .entries()
        .forEach((entry) => byId.set(entry.id, entry));
    }
  }
  own(kind).forEach((entry) => byId.set(entry.id, entry));
  const merged = sortById([...byId.values()]);
  const whole = kind === 'searches' ? withFollowUps(merged, rows) : merged;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a stream holds rows of its kind
  return whole as readonly RingEntry<RowKinds[K]>[];
}

/** Searches with what followed them at any gateway. */
function withFollowUps(entries: readonly RingEntry<object>[], rows: SharedRows): readonly RingEntry<object>[] {
  const followed = Map.groupBy(
    rows
      .stream('followups')
      .entries()
      .map(({ row }) => toFollowUp(row)),
    ({ searchId }) => searchId,
  );
  return entries.map(({ id, row }) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the list of searches
    const search = row as SearchRow;
    const more = followed.get(search.search_id) ?? [];
    return {
      id,
      row:
        more.length === 0
          ? search
          : joined(
              search,
              more.map(({ followUp }) => followUp),
            ),
    };
  });
}

/** Each follow-up once: own ones lie in the search and in the stream. */
function joined(search: SearchRow, more: readonly FollowUpNote[]): SearchRow {
  // Those of the search itself know how long it took.
  const each = new Map<string, FollowUpNote>(
    [...more, ...search.followups].map((followUp) => [toKey(followUp), followUp]),
  );
  const { first_success_ms: known, ...rest } = search;
  const inOrder = [...each.values()].toSorted((one, other) => (one.timestamp < other.timestamp ? -1 : 1));
  const whole = inOrder.reduce<SearchRow>(withFollowUp, { ...rest, followups: [] });
  return known === undefined || whole.first_success_ms !== undefined ? whole : { ...whole, first_success_ms: known };
}

function toKey(followUp: FollowUpNote): string {
  const { kind, timestamp, request_id: request, trace_id: trace, tool_slug: slug } = followUp;
  return JSON.stringify([kind, timestamp, request, trace, slug]);
}

function toFollowUp(row: object): { readonly searchId: string; readonly followUp: FollowUpNote } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the stream of them
  const { search_id: searchId, ...followUp } = row as FollowUpNote & { readonly search_id: string };
  return { searchId, followUp };
}
