import type { AdminRoute } from '../admin-route.ts';
import { jsonAnswer } from '../request/admin-request.ts';
import { Parameters } from '../request/parameters.ts';
import { trafficAnswer } from '../schemas/traffic-schema.ts';

const PARAMETERS = ['limit', 'cursor', 'since', 'until'] as const;

/** Frames on the wire: this version captures none, and says so. */
export function trafficRoute(): AdminRoute {
  return {
    path: 'traffic',
    summary: 'Frames on the wire. This version captures none: `capture_status` says so.',
    parameters: PARAMETERS,
    answer: trafficAnswer,
    mediaType: 'application/json',
    tellsOfRows: false,
    handler: async ({ query, baseUrl }) => {
      new Parameters(query, PARAMETERS).page('calls');
      return jsonAnswer({
        schema_version: 1,
        total: 0,
        returned: 0,
        frames: [],
        capture_status: {
          state: 'capture_disabled',
          message:
            'This version does not capture traffic, whatever DCC_MCP_TRAFFIC_CAPTURE says; calls and traces are kept.',
          capture_enabled: false,
          retained_frames: 0,
          capacity: 0,
          dropped: 0,
          skipped_decisions: 0,
          redacted_paths: [],
          payload_policy: 'metadata-only',
        },
        links: { calls: `${baseUrl}/v1/debug/calls`, traces: `${baseUrl}/v1/debug/traces` },
      });
    },
  };
}
