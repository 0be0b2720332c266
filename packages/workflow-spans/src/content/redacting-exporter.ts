import { redactText } from '@dcc-mcp/bounds/redaction';
import type { Attributes } from '@opentelemetry/api';
import type { CapturePolicy } from './capture-policy.ts';
import {
  type AttributeRedaction,
  createAttributeRedaction,
  createValueRedaction,
  type ValueRedaction,
} from './export-redaction.ts';

/** What redaction touches of a finished span (`ReadableSpan` of sdk-trace). */
export interface ExportableSpan {
  readonly attributes: Attributes;
  readonly events: readonly { readonly attributes?: Attributes }[];
  readonly status: { readonly code: number; readonly message?: string };
}

/** A span exporter (`SpanExporter` of sdk-trace). */
export interface SpanExporterLike<S extends ExportableSpan, R> {
  export(spans: S[], done: (result: R) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

/**
 * Puts redaction in front of `exporter`: `OPENINFERENCE_HIDE_*` and a second look for credentials, for the spans of every
 * library of the process. Spans that need no change are passed on as they are; the others as a view, the span stays as it was.
 */
export function redactingExporter<S extends ExportableSpan, R>(
  exporter: SpanExporterLike<S, R>,
  policy: CapturePolicy,
): SpanExporterLike<S, R> & { forceFlush(): Promise<void> } {
  const redact = createAttributeRedaction(policy);
  return {
    export: (spans, done) =>
      exporter.export(
        spans.map((span) => redactSpan(span, redact)),
        done,
      ),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}

/** The same redaction, a value at a time, for pipelines of your own. */
export interface SpanRedaction {
  /** For attributes of spans, events and links. */
  readonly attribute: ValueRedaction;
  /** For descriptions of a status. */
  readonly text: (text: string) => string;
}

/** What `redactingExporter` does, for pipelines of your own (`spanRedaction` of `@dcc-mcp/telemetry-node`). */
export function createSpanRedaction(policy: CapturePolicy): SpanRedaction {
  return { attribute: createValueRedaction(policy), text: redactText };
}

function redactSpan<S extends ExportableSpan>(span: S, redact: AttributeRedaction): S {
  const attributes = redact(span.attributes);
  const events = redactEvents(span.events, redact);
  const status = redactStatus(span.status);
  if (attributes === span.attributes && events === span.events && status === span.status) {
    return span;
  }
  const view: S = Object.create(span, {
    attributes: { value: attributes },
    events: { value: events },
    status: { value: status },
  });
  return view;
}

function redactStatus(status: ExportableSpan['status']): ExportableSpan['status'] {
  const { message } = status;
  if (message === undefined) {
    return status;
  }
  const redacted = redactText(message);
  return redacted === message ? status : { ...status, message: redacted };
}

function redactEvents(events: ExportableSpan['events'], redact: AttributeRedaction): ExportableSpan['events'] {
  const redacted = events.map((event) => {
    if (event.attributes === undefined) {
      return event;
    }
    const attributes = redact(event.attributes);
    return attributes === event.attributes ? event : { ...event, attributes };
  });
  return redacted.every((event, index) => event === events[index]) ? events : redacted;
}
