import type { CallRow } from '@dcc-mcp/call-store';
import type { AdminSources, EventsWanted } from '../admin-sources.ts';

/** A request that an instance may have told of. */
type ToldOf = Pick<CallRow, 'request_id' | 'trace_id' | 'instance_id' | 'job_id'>;

/** Instances, and the requests and times that are asked for. */
export interface InstanceEventsWanted extends Pick<EventsWanted, 'fromMillis' | 'toMillis'> {
  readonly instanceIds: readonly string[];
  /** Each instance is asked for those that ran there. */
  readonly requests: readonly ToldOf[];
}

/** What instances told of requests: that of one in its own order, whatever its clock says, that of several by their clocks. */
export async function instanceEvents(
  ask: AdminSources['eventsOf'],
  wanted: InstanceEventsWanted,
): Promise<readonly object[]> {
  if (ask === undefined) {
    return [];
  }
  const told = await Promise.all(wanted.instanceIds.map((id) => ask(id, wantedOf(wanted, id))));
  return told.length < 2 ? told.flat() : told.flat().toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)));
}

function wantedOf({ requests, fromMillis, toMillis }: InstanceEventsWanted, instanceId: string): EventsWanted {
  const there = requests.filter(({ instance_id: id }) => id === instanceId);
  return {
    fromMillis,
    toMillis,
    calls: there.map(({ request_id: id }) => id),
    jobs: there.flatMap(({ job_id: id }) => id ?? []),
    traces: there.map(({ trace_id: id }) => id),
  };
}

/** RFC 3339 with nanoseconds: such texts are in the order of their times. */
function timeOf(event: object): string {
  return 'timestamp' in event && typeof event.timestamp === 'string' ? event.timestamp : '';
}

/** Where a request ran, or the items of a batch did: first where it failed. */
export function instancesOf(
  request: { readonly instance_id?: string },
  own: readonly Pick<CallRow, 'instance_id' | 'success'>[],
): readonly string[] {
  const failed = own.filter(({ success }) => !success);
  const ids = [request, ...failed, ...own].flatMap(({ instance_id: id }) => id ?? []);
  return [...new Set(ids)];
}
