import type { CallStore, RowKind } from '@dcc-mcp/call-store';
import type { ZodType } from 'zod';
import type { AdminRoute } from '../admin-route.ts';
import type { AdminRoutesOptions } from '../admin-sources.ts';
import { type AdminHandler, jsonAnswer } from '../request/admin-request.ts';
import { linkedRow } from '../request/links.ts';
import { Parameters, ROW_PARAMETERS } from '../request/parameters.ts';
import { scannedHeader } from '../request/server-timing.ts';
import { activityAnswer, callsAnswer, eventsAnswer, tracesAnswer } from '../schemas/answer-schemas.ts';

type ListKind = Extract<RowKind, 'calls' | 'traces' | 'events' | 'activity'>;

const LISTS: Readonly<Record<ListKind, { readonly summary: string; readonly answer: ZodType }>> = {
  calls: { summary: 'Calls of tools, newest first.', answer: callsAnswer },
  traces: { summary: 'Requests with where their time went, newest first.', answer: tracesAnswer },
  events: { summary: 'Elections, evictions and probes of this gateway, newest first.', answer: eventsAnswer },
  activity: { summary: 'One feed of calls, searches, events and changes, newest first.', answer: activityAnswer },
};

/** The lists of rows. */
export function listRoutes({ sources: { store }, pagePath }: AdminRoutesOptions): readonly AdminRoute[] {
  return (['calls', 'traces', 'events', 'activity'] as const).map((kind) => ({
    path: kind,
    summary: LISTS[kind].summary,
    answer: LISTS[kind].answer,
    parameters: ROW_PARAMETERS,
    mediaType: 'application/json',
    tellsOfRows: true,
    handler: listHandler(store, kind, pagePath),
  }));
}

function listHandler(store: CallStore, kind: ListKind, pagePath: string | undefined): AdminHandler {
  return async ({ query, baseUrl }) => {
    const { rows, scanned, ...page } = await store.list(
      kind,
      new Parameters(query, ROW_PARAMETERS).pageOfInstance(kind),
    );
    const body = { ...page, [kind]: rows.map((row) => linkedRow(row, { baseUrl, pagePath })) };
    return jsonAnswer(body, 200, scannedHeader(scanned));
  };
}
