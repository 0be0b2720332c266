import { agentPacket, bundle, type BundleRows, issueReport, subjectOf } from '@dcc-mcp/call-store/analytics';
import type { ZodType } from 'zod';
import type { AdminRoute } from '../admin-route.ts';
import type { AdminRoutesOptions } from '../admin-sources.ts';
import { jsonAnswer } from '../request/admin-request.ts';
import { gatherBundle } from '../request/gather-bundle.ts';
import { Parameters } from '../request/parameters.ts';
import { agentPacketAnswer, bundleAnswer, issueReportAnswer, traceContextAnswer } from '../schemas/bundle-schema.ts';

type HttpAnswer = ReturnType<typeof jsonAnswer>;

/** All about one request, in as many words as the reader can take. */
export function requestRoutes(options: AdminRoutesOptions): readonly AdminRoute[] {
  return [
    about('bundles', options, {
      summary: 'All that is retained about one request; `compact=true` leaves payloads out.',
      answer: bundleAnswer,
      parameters: ['compact'],
      read: (parameters) => {
        const compact = parameters.flag('compact');
        return (rows) => jsonAnswer(bundle(rows, { compact }));
      },
    }),
    about('trace-context', options, {
      summary: 'The ids of one request, and nothing else.',
      answer: traceContextAnswer,
      read: () => (rows) => jsonAnswer(traceContext(rows)),
    }),
    about('agent-traces', options, {
      summary: 'One request for an agent: at most 4 KiB, without payloads.',
      answer: agentPacketAnswer,
      read: () => (rows) => jsonAnswer(agentPacket(bundle(rows))),
    }),
    about('issue-reports', options, {
      summary:
        'A report of one request for an issue tracker, without anything private; `mode=raw` has the whole bundle and stays with you.',
      answer: issueReportAnswer,
      parameters: ['mode'],
      read: (parameters) => {
        const raw = parameters.choice('mode', ['public', 'raw']) === 'raw';
        return (rows) => report(rows, raw, options);
      },
    }),
  ];
}

interface Telling {
  readonly summary: string;
  readonly answer: ZodType;
  readonly parameters?: readonly string[];
  /** Refuses wrong parameters before anything is looked for. */
  readonly read: (parameters: Parameters) => (rows: BundleRows) => HttpAnswer | Promise<HttpAnswer>;
}

function about(name: string, options: AdminRoutesOptions, telling: Telling): AdminRoute {
  const { summary, answer, parameters: known = [], read } = telling;
  return {
    path: `${name}/:id`,
    summary,
    parameters: known,
    answer,
    mediaType: 'application/json',
    tellsOfRows: true,
    isDebugOnly: true,
    handler: async ({ params, query, baseUrl }) => {
      const tell = read(new Parameters(query, known));
      const places = { baseUrl, pagePath: options.pagePath };
      return tell(await gatherBundle(options.sources, params['id'] ?? '', places));
    },
  };
}

async function report(rows: BundleRows, raw: boolean, { sources }: AdminRoutesOptions): Promise<HttpAnswer> {
  const { version } = await sources.health();
  const gatewayVersion = typeof version === 'string' ? version : undefined;
  const id = subjectOf(rows)?.row_id.replaceAll(/[^\w-]/g, '') ?? '';
  return jsonAnswer(issueReport(bundle(rows), { raw, gatewayVersion }), 200, {
    'content-disposition': `attachment; filename="dcc-mcp-issue-${id}.json"`,
  });
}

function traceContext(rows: BundleRows): object {
  const { lookupId, calls, traces, searches, links } = rows;
  const subject = subjectOf(rows);
  const all = [...calls, ...traces, ...searches];
  return {
    lookup_id: lookupId,
    row_id: subject?.row_id,
    request_id: subject?.request_id,
    trace_id: subject?.trace_id,
    span_id: subject?.span_id,
    parent_span_id: subject?.parent_span_id,
    parent_request_id: subject?.parent_request_id,
    caller_trace_id: subject?.caller_trace_id,
    session_id: subject?.session_id,
    turn_id: subject?.turn_id,
    row_ids: unique(all.map(({ row_id: id }) => id)),
    request_ids: unique(all.map(({ request_id: id }) => id)),
    search_ids: unique(searches.map(({ search_id: id }) => id)),
    job_ids: unique(calls.map(({ job_id: id }) => id)),
    links,
  };
}

function unique(ids: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(ids.filter((id) => id !== undefined))];
}
