import { ProtobufWriter } from '@dcc-mcp/protobuf-writer';
import type { Link, SpanContext } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { RecordedSpan } from '../spans/recorded-span.ts';
import { AttributeEncoder } from './attribute-encoder.ts';
import { EncodedSpan, type OutgoingSpan } from './encoded-span.ts';
import { groupByScope, toFlags } from './grouped-records.ts';

type TimedEvent = ReadableSpan['events'][number];
type CountedLink = Link & { readonly droppedAttributesCount?: number };

/**
 * Encodes spans as an `ExportTraceServiceRequest` in one pass. It decodes to the same spans as
 * OpenTelemetry's `ProtobufTraceSerializer`; the bytes differ in the padding of nested lengths and in
 * zeros that are left out.
 */
export class SpanEncoder {
  readonly #writer = new ProtobufWriter();
  readonly #attributes: AttributeEncoder;

  /** @param doubles Keys of span attributes whose numbers are doubles also when they are whole. */
  constructor(doubles: Iterable<string> = []) {
    this.#attributes = new AttributeEncoder(this.#writer, new Set(doubles));
  }

  /**
   * The bytes are the caller's own.
   *
   * @throws {Error} When a span holds what can't be encoded; nothing of it stays.
   */
  encode(spans: readonly OutgoingSpan[]): Uint8Array {
    const writer = this.#writer;
    // What an encoding that threw has left behind.
    writer.position = 0;
    for (const [resource, scopes] of groupByScope(spans)) {
      const message = writer.beginMessage(0x0a);
      this.#writeResource(resource);
      for (const [scope, members] of scopes) {
        this.#writeScopeSpans(scope, members);
      }
      if (isText(resource.schemaUrl)) {
        writer.textField(0x1a, resource.schemaUrl);
      }
      writer.endMessage(message);
    }
    return writer.finish();
  }

  /** Each span encoded for a later batch; one that holds what can't be encoded comes back as it is. */
  encodeEach(spans: readonly OutgoingSpan[]): OutgoingSpan[] {
    const writer = this.#writer;
    writer.position = 0;
    const places = spans.map((span) => this.#tryToWrite(span));
    const bytes = writer.finish();
    return spans.map((span, at) => {
      const place = places[at];
      return place === undefined ? span : new EncodedSpan(span, bytes, place);
    });
  }

  /** @returns Where it stands now; `undefined` when nothing of it does. */
  #tryToWrite(span: OutgoingSpan): readonly [start: number, end: number] | undefined {
    const writer = this.#writer;
    const start = writer.position;
    try {
      this.#writeSpan(span);
      return [start, writer.position];
    } catch {
      writer.position = start;
      return undefined;
    }
  }

  #writeScopeSpans(scope: InstrumentationScope, spans: readonly OutgoingSpan[]): void {
    const writer = this.#writer;
    const message = writer.beginMessage(0x12);
    const scopeMessage = writer.beginMessage(0x0a);
    writer.textField(0x0a, scope.name);
    if (isText(scope.version)) {
      writer.textField(0x12, scope.version);
    }
    writer.endMessage(scopeMessage);
    for (const span of spans) {
      this.#writeSpan(span);
    }
    if (isText(scope.schemaUrl)) {
      writer.textField(0x1a, scope.schemaUrl);
    }
    writer.endMessage(message);
  }

  #writeResource(resource: Resource): void {
    const writer = this.#writer;
    const message = writer.beginMessage(0x0a);
    this.#attributes.writeAttributes(0x0a, resource.attributes);
    writer.endMessage(message);
  }

  #writeSpan(span: OutgoingSpan): void {
    const writer = this.#writer;
    if (span instanceof EncodedSpan) {
      writer.raw(span.message);
      return;
    }
    const message = writer.beginMessage(0x12);
    const spanContext = span.spanContext();
    const parent = span.parentSpanContext;
    writer.hexField(0x0a, spanContext.traceId);
    writer.hexField(0x12, spanContext.spanId);
    writeTraceState(writer, 0x1a, spanContext);
    if (isText(parent?.spanId)) {
      writer.hexField(0x22, parent.spanId);
    }
    writer.textField(0x2a, span.name);
    writer.intFieldUnlessZero(0x30, span.kind + 1);
    writer.nanosField(0x39, span.startTime[0], span.startTime[1]);
    writer.nanosField(0x41, span.endTime[0], span.endTime[1]);
    if (span instanceof RecordedSpan) {
      this.#attributes.writeList(span.attributeList);
    } else {
      this.#attributes.writeAttributes(0x4a, span.attributes);
    }
    writer.intFieldUnlessZero(0x50, span.droppedAttributesCount);
    for (const event of span.events) {
      this.#writeEvent(event);
    }
    writer.intFieldUnlessZero(0x60, span.droppedEventsCount);
    for (const link of span.links) {
      this.#writeLink(link);
    }
    writer.intFieldUnlessZero(0x70, span.droppedLinksCount);
    writeStatus(writer, span.status);
    // Field 16 needs a tag of two bytes.
    writer.reserve(2);
    writer.buffer[writer.position++] = 0x85;
    writer.buffer[writer.position++] = 0x01;
    writer.fixed32(toFlags(spanContext.traceFlags, parent?.isRemote));
    writer.endMessage(message);
  }

  #writeEvent(event: TimedEvent): void {
    const writer = this.#writer;
    const message = writer.beginMessage(0x5a);
    writer.nanosField(0x09, event.time[0], event.time[1]);
    writer.textField(0x12, event.name);
    if (event.attributes !== undefined) {
      this.#attributes.writeAttributes(0x1a, event.attributes);
    }
    writer.intFieldUnlessZero(0x20, event.droppedAttributesCount ?? 0);
    writer.endMessage(message);
  }

  #writeLink(link: CountedLink): void {
    const writer = this.#writer;
    const message = writer.beginMessage(0x6a);
    writer.hexField(0x0a, link.context.traceId);
    writer.hexField(0x12, link.context.spanId);
    writeTraceState(writer, 0x1a, link.context);
    if (link.attributes !== undefined) {
      this.#attributes.writeAttributes(0x22, link.attributes);
    }
    writer.intFieldUnlessZero(0x28, link.droppedAttributesCount ?? 0);
    writer.reserve(1);
    writer.buffer[writer.position++] = 0x35;
    writer.fixed32(toFlags(link.context.traceFlags, link.context.isRemote));
    writer.endMessage(message);
  }
}

function isText(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

function writeTraceState(writer: ProtobufWriter, tag: number, spanContext: SpanContext): void {
  const traceState = spanContext.traceState?.serialize();
  if (isText(traceState)) {
    writer.textField(tag, traceState);
  }
}

function writeStatus(writer: ProtobufWriter, status: ReadableSpan['status']): void {
  const message = writer.beginMessage(0x7a);
  if (isText(status.message)) {
    writer.textField(0x12, status.message);
  }
  writer.intFieldUnlessZero(0x18, status.code);
  writer.endMessage(message);
}
