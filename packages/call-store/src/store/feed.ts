import { activityOfCall, activityOfEvent, activityOfSearch, activityOfTrace } from '../rows/activity.ts';
import type { ActivityRow } from '../rows/event-rows.ts';
import type { LiveRow } from './call-store.ts';
import type { RingEntry } from './rings/row-ring.ts';
import { sortById } from './rings/row-shelf.ts';
import type { RowKind, RowKinds } from './row-kinds.ts';

/** The entries of each list, oldest key first; of the feed those that are in no other list. */
export type EntriesOf = <K extends RowKind>(kind: K) => readonly RingEntry<RowKinds[K]>[];

/** The lists that the feed is made from. */
const FEED_KINDS: readonly RowKind[] = ['calls', 'traces', 'searches', 'events', 'activity'];

/** The lists whose rows a list is made of. */
export function kindsBehind(kind: RowKind): readonly RowKind[] {
  return kind === 'activity' ? FEED_KINDS : [kind];
}

/** The feed: what the rows of the other lists say, and what was appended to it alone; oldest first. */
export function feedOf(entriesOf: EntriesOf): readonly RingEntry<ActivityRow>[] {
  return sortById([
    ...entriesOf('calls').map(({ id, row }) => ({ id, row: activityOfCall(row) })),
    ...entriesOf('searches').map(({ id, row }) => ({ id, row: activityOfSearch(row) })),
    ...entriesOf('events').map(({ id, row }) => ({ id, row: activityOfEvent(id, row) })),
    ...entriesOf('activity'),
    ...entriesOf('traces').flatMap(({ id, row }) => {
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
