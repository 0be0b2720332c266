export { AGENT_PACKET_SCHEMA, type AgentPacket, agentPacket, MAX_AGENT_PACKET_BYTES } from './agent-packet.ts';
export { bundle, BUNDLE_SCHEMA, type BundleRows, type DebugBundle, subjectOf } from './bundle.ts';
export { type Facet, type FacetOptions, type FacetValue } from './facet.ts';
export { ISSUE_REPORT_SCHEMA, type IssueReport, issueReport, type IssueReportOptions } from './issue-report.ts';
export { ownCalls } from './own-calls.ts';
export { type Culprit, hintsFor, type RootCause, rootCause } from './root-cause.ts';
export { bestRankOf, type SearchStats, type SearchTelemetry, searchTelemetry } from './search-telemetry.ts';
export {
  type Spread,
  type Stats,
  stats,
  type StatsBucket,
  STATS_RANGES,
  type StatsOptions,
  type StatsRange,
} from './stats.ts';
export type { TopError } from './tops/top-errors.ts';
export { type TopRow, toTopRows } from './tops/top-rows.ts';
export { GROUP_KINDS, type GroupKind } from './workflow-groups.ts';
export { type StepSearch, type WorkflowRows, type WorkflowStep } from './workflow-steps.ts';
export {
  summarizeWorkflows,
  type Workflow,
  WORKFLOW_STATUSES,
  type WorkflowDiscovery,
  workflows,
} from './workflows.ts';
