import { activityOfCall, activityOfEvent, activityOfSearch, activityOfTrace } from '../rows/activity.ts';
import type { ActivityRow } from '../rows/event-rows.ts';
import type { LiveRow } from './call-store.ts';
import type { RowKind, RowKinds } from './row-kinds.ts';
import type { RingEntry } from './row-ring.ts';
import { type RowShelf, sortById } from './row-shelf.ts';

/** The rings of all lists. */
export type Shelves = { readonly [K in RowKind]: RowShelf<RowKinds[K]> };

/** The lists that the feed is made from. */
export const FEED_KINDS: readonly RowKind[] = ['calls', 'traces', 'searches', 'events', 'activity'];

/** The feed: what the rows of the other lists say, and what was appended to it alone; oldest first. */
export function feedOf({ calls, traces, searches, events, activity }: Shelves): readonly RingEntry<ActivityRow>[] {
  return sortById([
    ...calls.oldestFirst().map(({ id, row }) => ({ id, row: activityOfCall(row) })),
    ...searches.oldestFirst().map(({ id, row }) => ({ id, row: activityOfSearch(row) })),
    ...events.oldestFirst().map(({ id, row }) => ({ id, row: activityOfEvent(id, row) })),
    ...activity.oldestFirst(),
    ...traces.oldestFirst().flatMap(({ id, row }) => {
      const entry = activityOfTrace(row);
      return entry === undefined ? [] : [{ id, row: entry }];
    }),
  ]);
}

/** What an appended row adds to the feed, if anything. */
export function toFeedRow(event: { readonly [K in RowKind]: LiveRow<K> }[RowKind]): ActivityRow | undefined {
  switch (event.kind) {
    case 'calls':
      return activityOfCall(event.row);
    case 'searches':
      return activityOfSearch(event.row);
    case 'traces':
      return activityOfTrace(event.row);
    case 'events':
      return activityOfEvent(event.id, event.row);
    case 'activity':
    case 'decisions':
    default:
      return undefined;
  }
}
