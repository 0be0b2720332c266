import type { CallStore, TraceDetail } from '@dcc-mcp/call-store';
import { ownCalls } from '@dcc-mcp/call-store/analytics';
import type { AdminRoute } from '../admin-route.ts';
import type { AdminRoutesOptions, AdminSources } from '../admin-sources.ts';
import { jsonAnswer } from '../request/admin-request.ts';
import { instanceEvents, instancesOf } from '../request/instance-events.ts';
import { requestLinks } from '../request/links.ts';
import { Parameters } from '../request/parameters.ts';
import { counted, unknownId } from '../request/unknown-id.ts';
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

async function eventsOf({ store, eventsOf: ask }: AdminSources, found: TraceDetail): Promise<readonly object[]> {
  const own = ownCalls(found, await store.find('calls', found.trace_id));
  const fromMillis = Date.parse(found.started_at);
  return instanceEvents(ask, {
    instanceIds: instancesOf(found, own),
    requests: [found, ...own],
    fromMillis,
    toMillis: fromMillis + found.total_ms,
  });
}

/** @throws {AdminRefusal} When nothing of that id is retained (any more). */
async function findTrace(store: CallStore, id: string): Promise<TraceDetail> {
  const found = await store.trace(id);
  if (found !== undefined) {
    return found;
  }
  const { traces, kept_traces: kept } = await store.usage();
  const calls = await store.find('calls', id);
  throw unknownId(id, {
    names: 'row id, request id or trace id',
    among: counted(traces.rows + kept.rows, 'retained trace', 'retained traces'),
    lists: ['traces'],
    rings: [traces, kept],
    wasHere: calls.length > 0,
    advice: 'List the traces and use an id from there.',
  });
}
