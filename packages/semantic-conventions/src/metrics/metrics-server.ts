import { BUCKET_BOUNDARIES_SMALL_TOOL, BUCKET_BOUNDARIES_TOOL } from './bucket-boundaries.ts';
import { CALL_PHASES, JOB_RESULTS, NOTIFICATION_CHANNELS, TOOL_CALL_STATUSES } from './label-values.ts';
import type { MetricDefinition, MetricLabel } from './metric-definition.ts';

const TOOL: MetricLabel = {
  name: 'tool',
  source: '`<dcc_type>__<backend_tool>` of a registered tool, `_unknown`, `_other`',
};

/** What an MCP server says of itself: tool calls, jobs, notifications, sessions. */
export const SERVER_METRICS: readonly MetricDefinition[] = [
  {
    name: 'dcc_mcp.tool.calls',
    unit: '{call}',
    kind: 'counter',
    prometheusName: 'dcc_mcp_tool_calls_total',
    description: 'Tool calls finished, every dispatch path.',
    labels: [TOOL, { name: 'status', values: TOOL_CALL_STATUSES }],
  },
  {
    name: 'dcc_mcp.tool.duration',
    unit: 's',
    kind: 'histogram',
    prometheusName: 'dcc_mcp_tool_duration_seconds',
    description: 'Time of a tool call from dispatch to completion, waiting in the queue included.',
    labels: [TOOL],
    boundaries: BUCKET_BOUNDARIES_TOOL,
  },
  {
    name: 'dcc_mcp.jobs.in_flight',
    unit: '{job}',
    kind: 'up_down_counter',
    prometheusName: 'dcc_mcp_jobs_in_flight',
    description: 'Asynchronous jobs running now.',
    labels: [TOOL],
  },
  {
    name: 'dcc_mcp.job.created',
    unit: '{job}',
    kind: 'counter',
    prometheusName: 'dcc_mcp_job_created_total',
    description: 'Asynchronous jobs asked for, by what became of the request.',
    labels: [TOOL, { name: 'result', values: JOB_RESULTS }],
  },
  {
    name: 'dcc_mcp.job.wait',
    unit: 's',
    kind: 'histogram',
    prometheusName: 'dcc_mcp_job_wait_seconds',
    description: 'Time from the creation of a job to its first execution.',
    labels: [TOOL],
    boundaries: BUCKET_BOUNDARIES_TOOL,
  },
  {
    name: 'dcc_mcp.notifications.sent',
    unit: '{notification}',
    kind: 'counter',
    prometheusName: 'dcc_mcp_notifications_sent_total',
    description: 'MCP notifications written to clients; the channel ws is reserved and never emitted.',
    labels: [{ name: 'channel', values: NOTIFICATION_CHANNELS }],
  },
  {
    name: 'dcc_mcp.active_sessions',
    unit: '{session}',
    kind: 'gauge',
    prometheusName: 'dcc_mcp_active_sessions',
    description: 'MCP sessions alive now (protocol revisions that have sessions).',
    labels: [],
  },
  {
    name: 'dcc_mcp.registered_tools',
    unit: '{tool}',
    kind: 'gauge',
    prometheusName: 'dcc_mcp_registered_tools',
    description: 'Tools in the catalog.',
    labels: [],
  },
  {
    name: 'dcc_mcp.build_info',
    unit: '',
    kind: 'gauge',
    prometheusName: 'dcc_mcp_build_info',
    description: 'Always 1; the labels identify what runs.',
    labels: [
      { name: 'version', source: 'version of the npm package' },
      { name: 'crate', source: 'name of the npm package' },
    ],
  },
  {
    name: 'dcc_mcp.gateway.phase_duration',
    unit: 's',
    kind: 'histogram',
    prometheusName: 'dcc_mcp_gateway_phase_duration_seconds',
    description: 'Where the time of a call went: the queue, the gateway itself, the upstream.',
    labels: [TOOL, { name: 'phase', values: CALL_PHASES }],
    boundaries: BUCKET_BOUNDARIES_SMALL_TOOL,
  },
];
