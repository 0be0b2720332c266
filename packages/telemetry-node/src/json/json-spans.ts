import type { Link, SpanContext } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { groupByScope, toFlags } from '../encoder/grouped-records.ts';
import {
  toJsonAttributes,
  toJsonBody,
  toJsonResource,
  toJsonScope,
  toJsonText,
  toJsonTime,
  type JsonMessage,
} from './json-values.ts';

type CountedLink = Link & { readonly droppedAttributesCount?: number };

function toJsonSpan(span: ReadableSpan, doubles: ReadonlySet<string>): JsonMessage {
  const spanContext = span.spanContext();
  const parent = span.parentSpanContext;
  return {
    ...toJsonIds(spanContext),
    parentSpanId: parent?.spanId,
    flags: toFlags(spanContext.traceFlags, parent?.isRemote),
    name: toJsonText(span.name),
    kind: span.kind + 1,
    startTimeUnixNano: toJsonTime(span.startTime),
    endTimeUnixNano: toJsonTime(span.endTime),
    attributes: toJsonAttributes(span.attributes, doubles),
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map(({ name, time, attributes, droppedAttributesCount }) => ({
      name: toJsonText(name),
      timeUnixNano: toJsonTime(time),
      attributes: toJsonAttributes(attributes ?? {}),
      droppedAttributesCount,
    })),
    droppedEventsCount: span.droppedEventsCount,
    links: span.links.map(toJsonLink),
    droppedLinksCount: span.droppedLinksCount,
    status: { code: span.status.code, message: toJsonText(span.status.message ?? '') },
  };
}

function toJsonLink({ context, attributes, droppedAttributesCount }: CountedLink): JsonMessage {
  return {
    ...toJsonIds(context),
    flags: toFlags(context.traceFlags, context.isRemote),
    attributes: toJsonAttributes(attributes ?? {}),
    droppedAttributesCount,
  };
}

function toJsonIds({ traceId, spanId, traceState }: SpanContext): JsonMessage {
  return { traceId, spanId, traceState: traceState?.serialize() };
}

/**
 * An `ExportTraceServiceRequest`.
 *
 * @param doubles Keys of span attributes whose numbers are doubles also when they are whole.
 */
export function toJsonTraces(spans: readonly ReadableSpan[], doubles: ReadonlySet<string>): Uint8Array {
  const resourceSpans = [...groupByScope(spans)].map(([resource, scopes]) => ({
    resource: toJsonResource(resource),
    schemaUrl: resource.schemaUrl,
    scopeSpans: [...scopes].map(([scope, members]) => ({
      scope: toJsonScope(scope),
      spans: members.map((span) => toJsonSpan(span, doubles)),
      schemaUrl: scope.schemaUrl,
    })),
  }));
  return toJsonBody({ resourceSpans });
}
