import type { ListRequest, RowFilter, TrafficFrame } from '@dcc-mcp/call-store';
import { QUERY_FIELDS, toPredicate } from '@dcc-mcp/call-store/query';
import type { AdminRoute } from '../admin-route.ts';
import type { AdminRoutesOptions, CaptureStatus, TrafficSource } from '../admin-sources.ts';
import { lineStream } from '../export/line-stream.ts';
import { jsonAnswer } from '../request/admin-request.ts';
import { PAGE_PARAMETERS, Parameters } from '../request/parameters.ts';
import { scannedHeader } from '../request/server-timing.ts';
import { trafficAnswer } from '../schemas/traffic-schema.ts';

const EXPORT_PARAMETERS = ['since', 'until', 'q'] as const;
const JSON_LINES = 'application/x-ndjson';

/** Messages on the wire, without what they say. */
export function trafficRoutes({ sources: { traffic = NONE } }: AdminRoutesOptions): readonly AdminRoute[] {
  return [listRoute(traffic), exportRoute(traffic)];
}

function listRoute(traffic: TrafficSource): AdminRoute {
  return {
    path: 'traffic',
    summary: 'Messages on the wire without what they say, newest first; `capture_status` says why there are none.',
    parameters: PAGE_PARAMETERS,
    answer: trafficAnswer,
    mediaType: 'application/json',
    tellsOfRows: false,
    handler: async ({ query, baseUrl }) => {
      const page = pageOf(traffic, new Parameters(query, PAGE_PARAMETERS).page('frames'));
      const status = traffic.status();
      const debug = `${baseUrl}/v1/debug`;
      const body = {
        schema_version: 1,
        ...page,
        ...(status.dropped === 0 ? {} : { dropped: status.dropped }),
        capture_status: status,
        links: { calls: `${debug}/calls`, traces: `${debug}/traces`, export: `${debug}/traffic/export` },
      };
      return jsonAnswer(body, 200, scannedHeader(traffic.frames().length));
    },
  };
}

function exportRoute(traffic: TrafficSource): AdminRoute {
  return {
    path: 'traffic/export',
    summary: 'The same messages as JSON lines, newest first.',
    parameters: EXPORT_PARAMETERS,
    mediaType: JSON_LINES,
    tellsOfRows: false,
    handler: async ({ query }) => {
      const frames = matching(traffic, new Parameters(query, EXPORT_PARAMETERS).filter('frames'));
      return {
        status: 200,
        headers: {
          'content-type': JSON_LINES,
          'content-disposition': 'attachment; filename="dcc-mcp-traffic.jsonl"',
          'cache-control': 'no-store',
        },
        body: lineStream(linesOf(frames)),
      };
    },
  };
}

async function* linesOf(frames: readonly TrafficFrame[]): AsyncGenerator<string, void, undefined> {
  for (const frame of frames) {
    yield `${JSON.stringify(frame)}\n`;
  }
}

interface FramePage {
  readonly total: number;
  readonly returned: number;
  readonly frames: readonly TrafficFrame[];
  readonly next_cursor?: string;
}

function pageOf(traffic: TrafficSource, { limit = 0, cursor, ...filter }: ListRequest): FramePage {
  const matched = matching(traffic, filter);
  const rest = cursor === undefined ? matched : matched.filter(({ row_id: id }) => id < cursor);
  const frames = rest.slice(0, limit);
  const last = frames.at(-1);
  return {
    total: matched.length,
    returned: frames.length,
    frames,
    ...(rest.length > frames.length && last !== undefined ? { next_cursor: last.row_id } : {}),
  };
}

/** Newest first. */
function matching(
  traffic: TrafficSource,
  { sinceMillis = -Infinity, untilMillis = Infinity, query }: RowFilter,
): readonly TrafficFrame[] {
  const holds = query === undefined ? () => true : toPredicate(query, QUERY_FIELDS.frames);
  const isWithin = (frame: TrafficFrame): boolean => {
    const millis = Date.parse(frame.timestamp);
    return millis >= sinceMillis && millis <= untilMillis;
  };
  return traffic
    .frames()
    .filter((frame) => isWithin(frame) && holds(frame))
    .toReversed();
}

const DISABLED: CaptureStatus = {
  state: 'capture_disabled',
  message: 'This gateway captures no traffic; calls and traces are kept.',
  capture_enabled: false,
  retained_frames: 0,
  capacity: 0,
  dropped: 0,
  skipped_decisions: 0,
  redacted_paths: [],
  payload_policy: 'metadata-only',
};

const NONE: TrafficSource = { frames: () => [], status: () => DISABLED };
