import { isRowId, type RowLinks } from '@dcc-mcp/call-store';
import type { Workflow } from '@dcc-mcp/call-store/analytics';
import { withMessageHash } from './hashed-error.ts';

/** Where what belongs to a row is found. */
export interface LinkPlaces {
  /** Address of the gateway, without a slash at its end. */
  readonly baseUrl: string;
  /** Path of the page; absent where there is none. */
  readonly pagePath?: string | undefined;
}

/** Addresses of what belongs to one request. */
export function requestLinks({ baseUrl, pagePath }: LinkPlaces, rowId: string): RowLinks {
  const debug = `${baseUrl}/v1/debug`;
  const page = pagePath === undefined ? undefined : `${baseUrl}${pagePath}`;
  return {
    ...(page === undefined ? {} : { trace_page: `${page}?panel=traces&trace=${rowId}` }),
    trace_api: `${debug}/traces/${rowId}`,
    debug_bundle: `${debug}/bundles/${rowId}`,
    agent_packet: `${debug}/agent-traces/${rowId}`,
    issue_report_url: `${debug}/issue-reports/${rowId}`,
    stats: page === undefined ? `${debug}/stats` : `${page}?panel=stats`,
    ...docLinks({ baseUrl, pagePath }),
  };
}

function docLinks({ baseUrl, pagePath }: LinkPlaces): RowLinks {
  return {
    openapi_inspector: pagePath === undefined ? `${baseUrl}/docs` : `${baseUrl}${pagePath}?panel=openapi`,
    openapi_spec: `${baseUrl}/v1/openapi.json`,
    openapi_docs: `${baseUrl}/docs`,
  };
}

/** A row about a request leads to all that belongs to it; an entry of the feed about none to what is there of all. */
export function linkedRow<Row extends object>(row: Row, places: LinkPlaces): Row {
  const rowId = 'row_id' in row ? row.row_id : 'event_id' in row ? rowIdOf(String(row.event_id)) : undefined;
  if (typeof rowId === 'string') {
    return { ...withMessageHash(row), links: requestLinks(places, rowId) };
  }
  return 'event_id' in row ? { ...row, links: docLinks(places) } : row;
}

/** `tool_call:<row_id>`; an entry of the feed that was made from no request has none. */
function rowIdOf(eventId: string): string | undefined {
  const id = eventId.slice(eventId.indexOf(':') + 1);
  return isRowId(id) && !eventId.startsWith('contention:') ? id : undefined;
}

/** A workflow leads to its rows, each step to what belongs to it. */
export function linkedWorkflow(workflow: Workflow, places: LinkPlaces): Workflow {
  return {
    ...workflow,
    steps: workflow.steps.map((step) => ({ ...step, links: requestLinks(places, step.step_id) })),
    links: workflowLinks(workflow, places),
  };
}

/** Traces that a query can name. */
const MAX_TRACES = 20;

function workflowLinks({ correlation: { trace_ids: ids } }: Workflow, { baseUrl }: LinkPlaces): RowLinks {
  if (ids.length > MAX_TRACES) {
    return {};
  }
  const query = encodeURIComponent(ids.map((id) => `trace_id=${id}`).join(' OR '));
  return { calls: `${baseUrl}/v1/debug/calls?q=${query}`, traces: `${baseUrl}/v1/debug/traces?q=${query}` };
}
