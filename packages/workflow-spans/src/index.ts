export {
  ATTRIBUTE_CATALOG,
  type AttributeDescription,
  type AttributeType,
  type SpanRole,
} from './attributes/attribute-catalog.ts';
export { createCapturePolicy, type CapturePolicy, type CapturePolicyOptions } from './content/capture-policy.ts';
export { type JsonContent, toJsonContent } from './content/content.ts';
export { type HopSpan } from './spans/hop-span.ts';
export { type ProtocolSpan } from './spans/protocol-span.ts';
export {
  type HopFacts,
  type HopStart,
  type MessageFacts,
  type ParentPolicy,
  type PolicyDecision,
  type ValidationFacts,
  type RetryFacts,
  type Route,
  type SearchFacts,
  type SpanEnd,
  type WorkflowSpansOptions,
} from './spans/span-options.ts';
export { type WorkflowEnd, type WorkflowSpan } from './spans/workflow-span.ts';
export {
  createWorkflowSpans,
  type HttpRoute,
  type ProtocolStart,
  type WorkflowSpans,
  type WorkflowStart,
} from './spans/workflow-spans.ts';
export { createAttributeRedaction, type AttributeRedaction, type ValueRedaction } from './content/export-redaction.ts';
export {
  extractContext,
  injectContext,
  type AnyHeaders,
  type MessageCarriers,
  type OutgoingCarriers,
} from './own-server/propagate-context.ts';
export {
  createSpanRedaction,
  redactingExporter,
  type SpanRedaction,
  type ExportableSpan,
  type SpanExporterLike,
} from './content/redacting-exporter.ts';
export { withWorkflowSpan, type RunningSpan, type WithWorkflowSpanOptions } from './own-server/with-workflow-span.ts';
