import type { CallStore, RowFilter } from '@dcc-mcp/call-store';
import { z } from 'zod';
import type { AdminRoute } from '../admin-route.ts';
import type { AdminRoutesOptions, AdminSources } from '../admin-sources.ts';
import { harPieces } from '../har/har-pieces.ts';
import type { HarKind } from '../har/har-requests.ts';
import { withMessageHash } from '../request/hashed-error.ts';
import type { LinkPlaces } from '../request/links.ts';
import { Parameters, wrong } from '../request/parameters.ts';
import { workflowsOf } from '../routes/computed-routes.ts';
import { COLUMNS, EXPORT_KINDS, type ExportKind } from './columns.ts';
import { csvHeader, csvRow } from './csv.ts';
import { labelledSearch } from './labelled-search.ts';
import { lineStream } from './line-stream.ts';

const PARAMETERS = ['kind', 'format', 'since', 'until', 'q'] as const;
const FORMATS = ['jsonl', 'csv', 'har'] as const;
type Format = (typeof FORMATS)[number];
const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  jsonl: 'application/x-ndjson',
  csv: 'text/csv',
  har: 'application/json',
};

const harAnswer = z
  .object({ log: z.looseObject({}).meta({ description: 'HAR 1.2: its pages are sessions, its entries requests.' }) })
  .meta({ id: 'Har' });

/** Whole lists as files. */
export function exportRoute({ sources, pagePath }: AdminRoutesOptions): AdminRoute {
  return {
    path: 'export',
    summary:
      'Calls, traces, searches or workflows as a file: JSON lines, or a table with `format=csv`; newest first. Calls or traces with `format=har` as HAR 1.2, which network panels open: the oldest first.',
    parameters: PARAMETERS,
    mediaType: MEDIA_TYPES.jsonl,
    otherAnswers: { [MEDIA_TYPES.csv]: z.string(), [MEDIA_TYPES.har]: harAnswer },
    tellsOfRows: true,
    handler: async ({ query, baseUrl }) => {
      const parameters = new Parameters(query, PARAMETERS);
      const format = parameters.choice('format', FORMATS) ?? 'jsonl';
      const kind = parameters.choice('kind', EXPORT_KINDS) ?? (format === 'har' ? 'traces' : 'calls');
      const pieces = piecesOf(parameters, { format, kind, sources, places: { baseUrl, pagePath } });
      return {
        status: 200,
        headers: {
          'content-type': format === 'csv' ? `${MEDIA_TYPES.csv}; charset=utf-8; header=present` : MEDIA_TYPES[format],
          'content-disposition': `attachment; filename="dcc-mcp-${kind}.${format}"`,
          'cache-control': 'no-store',
        },
        body: lineStream(await pieces),
      };
    },
  };
}

interface Wanted {
  readonly format: Format;
  readonly kind: ExportKind;
  readonly sources: AdminSources;
  readonly places: LinkPlaces;
}

/** @throws {AdminRefusal} When a parameter is wrong: before anything is written. */
async function piecesOf(parameters: Parameters, wanted: Wanted): Promise<AsyncIterable<string>> {
  const { format, kind, sources, places } = wanted;
  const { store, traffic } = sources;
  const filter = parameters.filter(kind);
  if (format === 'har') {
    const { version } = await sources.health();
    const known = typeof version === 'string' ? version : 'unknown';
    return harPieces({
      store,
      traffic,
      kind: harKindOf(kind),
      filter,
      q: parameters.text('q'),
      places,
      version: known,
    });
  }
  const rows = rowsOf(store, kind, filter);
  return format === 'csv' ? csvLines(rows, kind) : jsonLines(rows);
}

function harKindOf(kind: ExportKind): HarKind {
  if (kind !== 'calls' && kind !== 'traces') {
    throw wrong('kind', `${kind} are no requests`, 'use traces or calls with format=har');
  }
  return kind;
}

async function* rowsOf(store: CallStore, kind: ExportKind, filter: RowFilter): AsyncGenerator<object, void, undefined> {
  if (kind === 'workflows') {
    yield* await workflowsOf(store, filter);
  } else if (kind === 'searches') {
    for await (const search of store.scan(kind, filter)) {
      yield labelledSearch(search);
    }
  } else {
    for await (const row of store.scan(kind, filter)) {
      yield withMessageHash(row);
    }
  }
}

async function* jsonLines(rows: AsyncIterable<object>): AsyncGenerator<string, void, undefined> {
  for await (const row of rows) {
    yield `${JSON.stringify(row)}\n`;
  }
}

async function* csvLines(rows: AsyncIterable<object>, kind: ExportKind): AsyncGenerator<string, void, undefined> {
  yield csvHeader(COLUMNS[kind]);
  for await (const row of rows) {
    yield csvRow(row, COLUMNS[kind]);
  }
}
