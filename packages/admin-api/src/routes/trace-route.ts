import type { CallStore, TraceDetail } from '@dcc-mcp/call-store';
import type { AdminRoute } from '../admin-route.ts';
import type { AdminRoutesOptions, AdminSources } from '../admin-sources.ts';
import { AdminRefusal, jsonAnswer } from '../request/admin-request.ts';
import { requestLinks } from '../request/links.ts';
import { Parameters } from '../request/parameters.ts';
import { trace } from '../schemas/trace-schema.ts';

/** One request as it ran. */
export function traceRoute({ sources, pagePath }: AdminRoutesOptions): AdminRoute {
  return {
    path: 'traces/:id',
    summary: 'One request as it ran: by row id, request id or trace id.',
    parameters: [],
    answer: trace,
    mediaType: 'application/json',
    tellsOfRows: true,
    handler: async ({ params, query, baseUrl }) => {
      Parameters.none(query);
      const found = await findTrace(sources.store, params['id'] ?? '');
      const events = await eventsOf(sources, found);
      return jsonAnswer({ ...found, events, links: requestLinks({ baseUrl, pagePath }, found.row_id) });
    },
  };
}

async function eventsOf(sources: AdminSources, found: TraceDetail): Promise<readonly object[]> {
  const { instance_id: id, started_at: startedAt, total_ms: millis } = found;
  const from = Date.parse(startedAt);
  return id === undefined ? [] : ((await sources.eventsOf?.(id, from, from + millis)) ?? []);
}

const MAX_SHOWN_ID = 128;

/** @throws {AdminRefusal} When nothing of that id is retained (any more); it says how far back that would be. */
export async function findTrace(store: CallStore, id: string): Promise<TraceDetail> {
  const found = await store.trace(id);
  if (found !== undefined) {
    return found;
  }
  const { traces, kept_traces: kept } = await store.usage();
  const [oldest] = [traces.oldest_retained, kept.oldest_retained].filter((time) => time !== undefined).toSorted();
  const reach = oldest === undefined ? 'none is retained' : `the oldest retained one is of ${oldest}`;
  throw new AdminRefusal({
    status: 404,
    kind: 'unknown-trace',
    message: `No row id, request id or trace id "${id.slice(0, MAX_SHOWN_ID)}" among the ${traces.rows + kept.rows} retained traces; ${reach}`,
    advice: 'List the traces and use an id from there.',
    details: {
      looked_for: id.slice(0, MAX_SHOWN_ID),
      looked_in: 'traces',
      ...(oldest === undefined ? {} : { oldest_retained: oldest }),
    },
  });
}
