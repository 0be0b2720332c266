// Where the reader goes from an entry of the feed: to what it tells of.
import type { ActivityRow } from '@dcc-mcp/call-store';
import { term } from '../../parts/query/query-terms.ts';
import type { PlaceChanges } from '../../state/place.ts';
import { ALL_TIME } from '../../state/time-range.ts';

/** A minute before and after, so that the cause is seen with the effect. */
const AROUND_MILLIS = 60_000;

/** What an answered search says of itself; one that failed has only its trace. */
const SEARCHED: ReadonlySet<string> = new Set(['ok', 'zero_results']);

/** The place of what an entry of the feed is about. */
export function leadsTo({ kind, event_id: id, status, correlation }: ActivityRow): PlaceChanges {
  const rowId = id.slice(id.indexOf(':') + 1);
  switch (kind) {
    case 'tool_call':
    case 'describe':
    case 'load_skill':
      return { panel: 'traces', trace: rowId };
    case 'search':
      return SEARCHED.has(status) ? { panel: 'search', row: rowId, ...ALL_TIME } : { panel: 'traces', trace: rowId };
    case 'session_event':
      return { panel: 'output', instance: correlation['instance_id'] };
    case 'contention':
      return isOwnEvent(status)
        ? { panel: 'events', view: undefined, row: undefined, q: term('event', status) }
        : { panel: 'instances', instance: correlation['instance_id'] };
    case 'export_health':
    case 'config':
    default:
      return { panel: 'telemetry' };
  }
}

/** The minutes around a time, as the address has them. */
export function around(timestamp: string): Pick<PlaceChanges, 'since' | 'until' | 'range'> {
  const at = Date.parse(timestamp);
  return {
    since: new Date(at - AROUND_MILLIS).toISOString(),
    until: new Date(at + AROUND_MILLIS).toISOString(),
    range: undefined,
  };
}

/** The values of a column, each once, the most frequent first. */
export function valuesOf<Row>(rows: readonly Row[], read: (row: Row) => string): readonly string[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    counts.set(read(row), (counts.get(read(row)) ?? 0) + 1);
  }
  return [...counts].toSorted(([, one], [, other]) => other - one).map(([value]) => value);
}

/** What happens to the gateway itself, which is no server of its own. */
const OWN_EVENTS: ReadonlySet<string> = new Set(['election_won', 'voluntary_yield']);

/** Whether an event tells of the gateway, and not of a server. */
export function isOwnEvent(event: string): boolean {
  return OWN_EVENTS.has(event);
}
