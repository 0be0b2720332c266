import type { CallStore, RowFilter } from '@dcc-mcp/call-store';
import {
  searchTelemetry,
  STATS_RANGES,
  type StatsRange,
  summarizeWorkflows,
  type Workflow,
  workflows,
} from '@dcc-mcp/call-store/analytics';
import { QUERY_FIELDS, toPredicate } from '@dcc-mcp/call-store/query';
import type { AdminRoute } from '../admin-route.ts';
import type { AdminRoutesOptions } from '../admin-sources.ts';
import { jsonAnswer } from '../request/admin-request.ts';
import { linkedRow, linkedWorkflow } from '../request/links.ts';
import { PAGE_PARAMETERS, Parameters, ROW_PARAMETERS } from '../request/parameters.ts';
import { scannedHeader } from '../request/server-timing.ts';
import { searchTelemetryAnswer } from '../schemas/search-schema.ts';
import { statsAnswer } from '../schemas/stats-schema.ts';
import { workflowsAnswer } from '../schemas/workflow-schema.ts';

/** What is computed of the retained rows when somebody asks. */
export function computedRoutes(options: AdminRoutesOptions): readonly AdminRoute[] {
  return [statsRoute(options), workflowsRoute(options), searchTelemetryRoute(options)];
}

const RANGES = ['1h', '24h', '7d'] as const satisfies readonly StatsRange[];

function statsRoute({ sources, now = Date.now }: AdminRoutesOptions): AdminRoute {
  const { store } = sources;
  return {
    path: 'stats',
    summary: 'What the calls of the last 1h, 24h or 7d say: rates, percentiles, top lists, a time series.',
    parameters: ['range'],
    answer: statsAnswer,
    mediaType: 'application/json',
    tellsOfRows: true,
    handler: async ({ query }) => {
      const range = new Parameters(query, ['range']).choice('range', RANGES) ?? '1h';
      const until = now();
      const since = until - STATS_RANGES[range];
      const toolsListTokens = sources.toolsListTokens?.(since, until);
      const toolSlugs = sources.toolSlugs();
      return jsonAnswer(await store.stats({ range, since, until, toolsListTokens, toolSlugs }));
    },
  };
}

function workflowsRoute({ sources: { store }, pagePath }: AdminRoutesOptions): AdminRoute {
  return {
    path: 'workflows',
    summary: 'Searches, describes, loads and calls as what an agent did in one go, newest first.',
    parameters: PAGE_PARAMETERS,
    answer: workflowsAnswer,
    mediaType: 'application/json',
    tellsOfRows: true,
    handler: async ({ query, baseUrl }) => {
      const { limit = 0, cursor, ...filter } = new Parameters(query, PAGE_PARAMETERS).page('workflows');
      const all = await workflowsOf(store, filter);
      const { calls, searches, traces } = await store.usage();
      const dropped = calls.dropped + searches.dropped + (traces.unlisted_dropped ?? 0);
      const older = all.filter((workflow) => cursor === undefined || lastStepOf(workflow) < cursor);
      const shown = older.slice(0, limit);
      const last = shown.at(-1);
      return jsonAnswer({
        total: all.length,
        returned: shown.length,
        ...(dropped === 0 ? {} : { dropped }),
        ...(last === undefined || older.length === shown.length ? {} : { next_cursor: lastStepOf(last) }),
        summary: summarizeWorkflows(all),
        workflows: shown.map((workflow) => linkedWorkflow(workflow, { baseUrl, pagePath })),
      });
    },
  };
}

/** Calls and traces that workflows are made of: the newest so many, where a store reaches further back. */
const MAX_WORKFLOW_ROWS = 10_000;

/** Workflows that ended within the times of the filter and that its query asks for, the newest first. */
export async function workflowsOf(store: CallStore, filter: RowFilter): Promise<readonly Workflow[]> {
  const { query, sinceMillis = Number.NEGATIVE_INFINITY, untilMillis = Number.POSITIVE_INFINITY } = filter;
  const { rows: calls } = await store.list('calls', { limit: MAX_WORKFLOW_ROWS });
  const { rows: traces } = await store.list('traces', { limit: MAX_WORKFLOW_ROWS });
  const all = workflows({ calls, searches: await collect(store.scan('searches')), traces });
  const isWanted = query === undefined ? () => true : toPredicate(query, QUERY_FIELDS.workflows);
  return all.filter((workflow) => {
    const end = Date.parse(workflow.finished_at ?? '');
    return end >= sinceMillis && end <= untilMillis && isWanted(workflow);
  });
}

function lastStepOf({ steps }: Workflow): string {
  return steps.at(-1)?.step_id ?? '';
}

function searchTelemetryRoute({ sources: { store }, pagePath }: AdminRoutesOptions): AdminRoute {
  return {
    path: 'search-telemetry',
    summary: 'How well searches lead to tools, over all that are retained; and the searches, newest first.',
    parameters: ROW_PARAMETERS,
    answer: searchTelemetryAnswer,
    mediaType: 'application/json',
    tellsOfRows: true,
    handler: async ({ query, baseUrl }) => {
      const { rows, scanned, ...page } = await store.list(
        'searches',
        new Parameters(query, ROW_PARAMETERS).pageOfInstance('searches'),
      );
      const body = {
        ...searchTelemetry(await collect(store.scan('searches'))),
        ...page,
        searches: rows.map((row) => linkedRow(row, { baseUrl, pagePath })),
      };
      return jsonAnswer(body, 200, scannedHeader(scanned));
    },
  };
}

async function collect<Row>(rows: AsyncIterable<Row>): Promise<readonly Row[]> {
  const all: Row[] = [];
  for await (const row of rows) {
    all.push(row);
  }
  return all;
}
