import { isRowId, toTraceRow } from '@dcc-mcp/call-store';
import { parseQuery, QUERY_FIELDS, type QueryReading, type RowPredicate, toPredicate } from '@dcc-mcp/call-store/query';
import { headerText } from '@dcc-mcp/http-adapter';
import type { AdminRoute } from '../admin-route.ts';
import type { AdminRoutesOptions } from '../admin-sources.ts';
import { AdminRefusal, type AdminHandler } from '../request/admin-request.ts';
import { type LinkPlaces, linkedRow } from '../request/links.ts';
import { ofInstance } from '../request/of-instance.ts';
import { Parameters, wrong, wrongQuery } from '../request/parameters.ts';
import type { StreamEvent } from './event-feed.ts';
import { LiveReader, type LiveRowEvent } from './live-reader.ts';

/** Streams at a time; each costs memory for as long as somebody reads. */
const MAX_STREAMS = 64;
const KINDS = ['calls', 'traces', 'events', 'activity'] as const;
type StreamKind = (typeof KINDS)[number];
const PARAMETERS = ['kinds', 'q', 'instance'] as const;

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

/** What is recorded, as it is recorded. */
export function streamRoute(options: AdminRoutesOptions): AdminRoute {
  return {
    path: 'stream',
    summary: 'Rows as they come, as server-sent events: `id` is the row id, `event` the kind; Last-Event-ID resumes.',
    parameters: PARAMETERS,
    mediaType: 'text/event-stream',
    isOpenEnded: true,
    tellsOfRows: true,
    handler: streamHandler(options),
  };
}

function streamHandler({ sources: { store }, pagePath, stopping }: AdminRoutesOptions): AdminHandler {
  const open = new Set<LiveReader>();
  stopping?.addEventListener('abort', () => open.forEach((reader) => reader.end()));
  return async ({ query, headers, baseUrl }) => {
    const parameters = new Parameters(query, PARAMETERS);
    const kinds = parameters.choices('kinds', KINDS) ?? KINDS;
    const filters = readFilters(kinds, parameters.text('q'), parameters.text('instance'));
    const after = headerText(headers, 'last-event-id');
    if (after !== undefined && !isRowId(after)) {
      throw wrong('Last-Event-ID', 'it is no row_id', 'send the id of the last event, or none');
    }
    if (open.size >= MAX_STREAMS) {
      throw tooMany();
    }
    const reader: LiveReader = new LiveReader({
      store,
      kinds,
      after,
      toEvent: (event) => toEvent(event, { filters, places: { baseUrl, pagePath } }),
      onClose: () => open.delete(reader),
    });
    open.add(reader);
    if (stopping?.aborted === true) {
      reader.end();
    }
    return { status: 200, headers: HEADERS, body: reader.body };
  };
}

/** A query may name fields that only some kinds have: of the others no row matches. */
type Filters = ReadonlyMap<StreamKind, RowPredicate>;

function readFilters(kinds: readonly StreamKind[], text: string | undefined, instance: string | undefined): Filters {
  const readings = kinds.map((kind) => parseQuery(text ?? '', QUERY_FIELDS[kind]));
  const [first] = readings;
  if (first?.ok === false && readings.every(({ ok }) => !ok)) {
    throw wrongQuery(first.issue);
  }
  return new Map(
    kinds.flatMap((kind, index) => {
      const reading = readings[index];
      return reading?.ok === true ? [[kind, predicateOf(kind, reading, instance)] as const] : [];
    }),
  );
}

function predicateOf(
  kind: StreamKind,
  { query, predicate }: Extract<QueryReading, { readonly ok: true }>,
  instance: string | undefined,
): RowPredicate {
  return instance === undefined ? predicate : toPredicate(ofInstance(kind, instance, query), QUERY_FIELDS[kind]);
}

function toEvent(
  event: LiveRowEvent,
  { filters, places }: { readonly filters: Filters; readonly places: LinkPlaces },
): StreamEvent | undefined {
  const kind = KINDS.find((each) => each === event.kind);
  const filter = kind && filters.get(kind);
  if (kind === undefined || filter === undefined || !filter(event.row)) {
    return undefined;
  }
  const row = event.kind === 'traces' ? toTraceRow(event.row) : event.row;
  return { event: kind, id: event.id, data: linkedRow(row, places) };
}

function tooMany(): AdminRefusal {
  return new AdminRefusal({
    status: 503,
    kind: 'not-ready',
    message: `${MAX_STREAMS} live streams are open, which is as many as there may be`,
    advice: 'Close one of them, or try again later.',
  });
}
