export {
  type CallPolicy,
  type CallRow,
  type CallSearch,
  estimateTokens,
  type RowError,
  type RowLinks,
  type RowStatus,
} from './rows/call-row.ts';
export { DECISION_OUTCOMES, type DecisionRow } from './rows/decision-row.ts';
export {
  ACTIVITY_KINDS,
  type ActivityKind,
  type ActivityRow,
  type ContentionEvent,
  SEVERITIES,
  type Severity,
} from './rows/event-rows.ts';
export { FRAME_LEGS, type FrameLeg, type TrafficFrame } from './rows/frame-row.ts';
export { createRowIds, isRowId, newRowId } from './rows/row-id.ts';
export {
  type AttributionTrust,
  type McpTransport,
  type RowAttribution,
  type RowContext,
  type RowFacts,
  type RowIdentity,
  toRowIdentity,
} from './rows/row-identity.ts';
export { type FollowUpNote, type SearchRow, type SearchRowFollowUp, type SearchRowHit } from './rows/search-row.ts';
export {
  summarizeSpans,
  type Trace,
  type TraceDetail,
  TRACE_OPERATIONS,
  type TraceOperation,
  type TracePayload,
  type TraceRequest,
  type TraceRow,
  type TraceSpan,
  toTraceRow,
  withoutContent,
} from './rows/trace-row.ts';
export {
  type CallStore,
  type FacetRequest,
  type LateKind,
  type LateRow,
  type ListRequest,
  type LiveEvent,
  type LiveGap,
  type LiveListener,
  type LiveRow,
  type RingUsage,
  type RowFilter,
  type RowList,
  type SharedHealth,
  type SharedHistory,
  type StatsRequest,
  type StoreUsage,
} from './store/call-store.ts';
export { MemoryCallStore, type MemoryCallStoreOptions } from './store/memory-call-store.ts';
export { type ListedRows, ROW_KINDS, type RowKind, type RowKinds } from './store/row-kinds.ts';
export { SlowCalls } from './store/slow-calls.ts';
