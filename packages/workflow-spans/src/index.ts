export {
  ATTRIBUTE_CATALOG,
  type AttributeDescription,
  type AttributeType,
  type SpanRole,
} from './attribute-catalog.ts';
export { createCapturePolicy, type CapturePolicy, type CapturePolicyOptions } from './capture-policy.ts';
export { type HopSpan } from './hop-span.ts';
export { type ProtocolSpan } from './protocol-span.ts';
export {
  type HopStart,
  type MessageFacts,
  type ParentPolicy,
  type PolicyDecision,
  type RetryFacts,
  type Route,
  type SearchFacts,
  type SpanEnd,
  type WorkflowSpansOptions,
} from './span-options.ts';
export { type WorkflowEnd, type WorkflowSpan } from './workflow-span.ts';
export {
  createWorkflowSpans,
  type HttpRoute,
  type ProtocolStart,
  type WorkflowSpans,
  type WorkflowStart,
} from './workflow-spans.ts';
export { createAttributeRedaction, type AttributeRedaction, type ValueRedaction } from './export-redaction.ts';
export {
  extractContext,
  injectContext,
  type AnyHeaders,
  type MessageCarriers,
  type OutgoingCarriers,
} from './propagate-context.ts';
export {
  createSpanRedaction,
  redactingExporter,
  type SpanRedaction,
  type ExportableSpan,
  type SpanExporterLike,
} from './redacting-exporter.ts';
export { withWorkflowSpan, type RunningSpan, type WithWorkflowSpanOptions } from './with-workflow-span.ts';
