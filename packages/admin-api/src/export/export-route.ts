import type { CallStore, RowFilter, SearchRow } from '@dcc-mcp/call-store';
import { bestRankOf } from '@dcc-mcp/call-store/analytics';
import type { AdminRoute } from '../admin-route.ts';
import type { AdminRoutesOptions } from '../admin-sources.ts';
import { Parameters } from '../request/parameters.ts';
import { workflowsOf } from '../routes/computed-routes.ts';
import { COLUMNS, EXPORT_KINDS, type ExportKind } from './columns.ts';
import { csvHeader, csvRow } from './csv.ts';
import { lineStream } from './line-stream.ts';

const PARAMETERS = ['kind', 'format', 'since', 'until', 'q'] as const;
const FORMATS = ['jsonl', 'csv'] as const;
const MEDIA_TYPES = { jsonl: 'application/x-ndjson', csv: 'text/csv' } as const;

/** Whole lists as files. */
export function exportRoute({ sources: { store } }: AdminRoutesOptions): AdminRoute {
  return {
    path: 'export',
    summary: 'Calls, traces, searches or workflows as a file: JSON lines, or a table with `format=csv`; newest first.',
    parameters: PARAMETERS,
    mediaType: MEDIA_TYPES.jsonl,
    otherMediaType: MEDIA_TYPES.csv,
    tellsOfRows: true,
    handler: async ({ query }) => {
      const parameters = new Parameters(query, PARAMETERS);
      const kind = parameters.choice('kind', EXPORT_KINDS) ?? 'calls';
      const format = parameters.choice('format', FORMATS) ?? 'jsonl';
      const rows = rowsOf(store, kind, parameters.filter(kind));
      return {
        status: 200,
        headers: {
          'content-type': format === 'csv' ? `${MEDIA_TYPES.csv}; charset=utf-8; header=present` : MEDIA_TYPES.jsonl,
          'content-disposition': `attachment; filename="dcc-mcp-${kind}.${format}"`,
          'cache-control': 'no-store',
        },
        body: lineStream(format === 'csv' ? csvLines(rows, kind) : jsonLines(rows)),
      };
    },
  };
}

async function* rowsOf(store: CallStore, kind: ExportKind, filter: RowFilter): AsyncGenerator<object, void, undefined> {
  if (kind === 'workflows') {
    yield* await workflowsOf(store, filter);
  } else if (kind === 'searches') {
    for await (const search of store.scan(kind, filter)) {
      yield labelled(search);
    }
  } else {
    yield* store.scan(kind, filter);
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

/** What a ranker is trained with: the query, the tool that was chosen, its rank, and whether that went well. */
function labelled(search: SearchRow): object {
  const best = bestRankOf(search);
  const chosen = search.followups.filter(({ selected_rank: rank }) => best !== undefined && rank === best);
  const [first] = chosen;
  return first === undefined
    ? search
    : {
        ...search,
        chosen_tool: first.tool_slug,
        chosen_rank: best,
        chosen_success: chosen.some(({ kind, success }) => kind === 'call' && success),
      };
}
