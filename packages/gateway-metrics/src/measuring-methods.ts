import { memoize } from '@dcc-mcp/bounds';
import {
  METRIC_DCC_MCP_GATEWAY_OAUTH_REFRESH_DURATION,
  METRIC_DCC_MCP_GATEWAY_SEARCH_DURATION,
  METRIC_DCC_MCP_GATEWAY_SEARCH_TIME_TO_FIRST_SUCCESS,
  METRIC_DCC_MCP_JOBS_IN_FLIGHT,
  METRIC_DCC_MCP_JOB_CREATED,
  METRIC_DCC_MCP_JOB_WAIT,
  METRIC_DCC_MCP_TELEMETRY_ROWS_DROPPED,
} from '@dcc-mcp/semantic-conventions';
import { count, guarded, type RecordingParts } from './counting-methods.ts';
import type { GatewayMetrics } from './gateway-events.ts';
import { createOperationRecorder, createSessionRecorder } from './operation-metrics.ts';

const SIDES = 2;

type MeasuringMethods = Pick<
  GatewayMetrics,
  | 'recordSearch'
  | 'recordTimeToFirstSuccess'
  | 'recordOauthRefresh'
  | 'recordRowsDropped'
  | 'recordOperation'
  | 'recordSession'
>;

/** The methods that time things. */
export function createMeasuringMethods(parts: RecordingParts): MeasuringMethods {
  const { instrument, meter, tools } = parts;
  const operations = memoize((side: 'server' | 'client') => createOperationRecorder(meter, side, tools), SIDES);
  const sessions = memoize((side: 'server' | 'client') => createSessionRecorder(meter, side), SIDES);
  return {
    recordSearch: guarded(({ result, durationSeconds, span }) => {
      count(parts, 'searches', { labels: { result }, span });
      instrument(METRIC_DCC_MCP_GATEWAY_SEARCH_DURATION).record(durationSeconds, {}, span);
    }),
    recordTimeToFirstSuccess: guarded((seconds, span) =>
      instrument(METRIC_DCC_MCP_GATEWAY_SEARCH_TIME_TO_FIRST_SUCCESS).record(seconds, {}, span),
    ),
    recordOauthRefresh: guarded(({ result, durationSeconds }) => {
      count(parts, 'oauth_refresh', { labels: { result } });
      instrument(METRIC_DCC_MCP_GATEWAY_OAUTH_REFRESH_DURATION).record(durationSeconds, { result });
    }),
    recordRowsDropped: guarded((store, rows) =>
      instrument(METRIC_DCC_MCP_TELEMETRY_ROWS_DROPPED).record(rows, { store }),
    ),
    recordOperation: guarded((operation) => operations(operation.side)(operation)),
    recordSession: guarded((session) => sessions(session.side)(session)),
  };
}

type JobMethods = Pick<GatewayMetrics, 'recordJobCreated' | 'recordJobStarted' | 'recordJobEnded'>;

/** The methods about asynchronous jobs. */
export function createJobMethods({ instrument, tools }: RecordingParts): JobMethods {
  return {
    recordJobCreated: guarded((tool, result) =>
      instrument(METRIC_DCC_MCP_JOB_CREATED).record(1, { tool: tools.label(tool), result }),
    ),
    recordJobStarted: guarded((tool, waitSeconds) => {
      const labels = { tool: tools.label(tool) };
      instrument(METRIC_DCC_MCP_JOBS_IN_FLIGHT).record(1, labels);
      instrument(METRIC_DCC_MCP_JOB_WAIT).record(waitSeconds, labels);
    }),
    recordJobEnded: guarded((tool) =>
      instrument(METRIC_DCC_MCP_JOBS_IN_FLIGHT).record(-1, { tool: tools.label(tool) }),
    ),
  };
}
