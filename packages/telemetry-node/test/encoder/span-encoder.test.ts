import { decodeTraces } from '@dcc-mcp/test-kit/otlp-decode';
import { describe, expect, test } from '@jest/globals';
import { SpanStatusCode, TraceFlags, type Link, type SpanContext } from '@opentelemetry/api';
import { TraceState, type InstrumentationScope } from '@opentelemetry/core';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { emptyResource, resourceFromAttributes } from '@opentelemetry/resources';
import { TracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace';
import * as fc from 'fast-check';
import type { OutgoingSpan } from '../../src/encoder/encoded-span.ts';
import { SpanEncoder } from '../../src/encoder/span-encoder.ts';
import { createFastSpanEncoder } from '../../src/otlp/request-encoder.ts';
import type { RecordedSpan } from '../../src/spans/recorded-span.ts';
import { recordInto } from '../spans/recording.ts';

/** Any UTF-16 text, lone surrogates included, from empty to past each length at which the encoder changes its way. */
const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 50 }).map((codes) => String.fromCharCode(...codes)),
  fc.string({ minLength: 90, maxLength: 400 }),
);
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32, -(2 ** 32), 2 ** 62, 2 ** 63, -(2 ** 63), 1e300),
);
const scalar = fc.oneof(text, number, fc.boolean());
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.constantFrom(null, undefined),
    fc.uint8Array({ maxLength: 200 }),
    fc.array(tie('any'), { maxLength: 6 }),
    fc.dictionary(text, tie('any'), { maxKeys: 5 }),
  ),
})).any;
const attributes = fc.dictionary(text, value, { maxKeys: 12 }) as fc.Arbitrary<Record<string, string>>;
const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const spanContext: fc.Arbitrary<SpanContext> = fc.record(
  {
    traceId: hex(32),
    spanId: hex(16),
    traceFlags: fc.integer({ min: 0, max: 255 }),
    isRemote: fc.boolean(),
    traceState: fc.constantFrom(new TraceState(), new TraceState('a=1,b=2')),
  },
  { requiredKeys: ['traceId', 'spanId', 'traceFlags'] },
);
const count = fc.constantFrom(0, 1, 127, 128, 70_000);
const time = fc.tuple(fc.integer({ min: 0, max: 4_000_000_000 }), fc.integer({ min: 0, max: 999_999_999 }));
const link = fc.record({ context: spanContext, attributes, droppedAttributesCount: count });
const event = fc.record({ name: text, time, attributes, droppedAttributesCount: count });
const resources = [
  emptyResource(),
  resourceFromAttributes({ 'service.name': 'ü' }, { schemaUrl: 'https://example.org/r' }),
];
const scopes: readonly InstrumentationScope[] = [
  { name: 'a' },
  { name: 'b', version: '1.0', schemaUrl: 'https://example.org/s' },
];

const span = fc.record({
  name: text,
  kind: fc.integer({ min: 0, max: 4 }),
  context: spanContext,
  parentSpanContext: fc.option(spanContext, { nil: undefined }),
  startTime: time,
  endTime: time,
  status: fc.record({ code: fc.integer({ min: 0, max: 2 }), message: text }, { requiredKeys: ['code'] }),
  attributes,
  links: fc.array(link, { maxLength: 3 }),
  events: fc.array(event, { maxLength: 3 }),
  resource: fc.constantFrom(...resources),
  instrumentationScope: fc.constantFrom(...scopes),
  droppedAttributesCount: count,
  droppedEventsCount: count,
  droppedLinksCount: count,
});

function toReadable({ context, ...rest }: typeof span extends fc.Arbitrary<infer T> ? T : never): ReadableSpan {
  const readable: unknown = { ...rest, spanContext: () => context, duration: [0, 0], ended: true };
  return readable as ReadableSpan;
}

const throwing = {
  serialize(): string {
    throw new Error('as bad states do');
  },
} as unknown as TraceState;

function decodeBoth(spans: readonly ReadableSpan[], encoder = new SpanEncoder()) {
  const official = ProtobufTraceSerializer.serializeRequest([...spans]);
  return { ours: decodeTraces(encoder.encode(spans)), official: decodeTraces(official ?? new Uint8Array()) };
}

describe('SpanEncoder', () => {
  test('decodes to the same spans as the official serializer, whatever the spans hold', () => {
    const encoder = new SpanEncoder();
    fc.assert(
      fc.property(fc.array(span, { maxLength: 5 }), (spans) => {
        const { ours, official } = decodeBoth(spans.map(toReadable), encoder);
        expect(ours).toEqual(official);
      }),
      { numRuns: 400 },
    );
  });

  test('decodes to the same spans when some, or all, were encoded ahead, in parts of any size', () => {
    const encoder = new SpanEncoder();
    const parts = fc.array(fc.array(span, { maxLength: 3 }), { maxLength: 4 });
    fc.assert(
      fc.property(parts, fc.infiniteStream(fc.boolean()), (given, isAhead) => {
        const spans = given.map((part) => part.map(toReadable));
        const outgoing = spans.flatMap((part) => (isAhead.next().value ? encoder.encodeEach(part) : part));
        const official = ProtobufTraceSerializer.serializeRequest(spans.flat());
        expect(decodeTraces(encoder.encode(outgoing))).toEqual(decodeTraces(official ?? new Uint8Array()));
      }),
      { numRuns: 300 },
    );
  });

  test('gives a span back that it can’t encode ahead, and encodes those beside it', () => {
    const encoder = new SpanEncoder();
    const [one, two] = fc.sample(span, { numRuns: 2, seed: 7 }).map(toReadable);
    const bad = { ...one!, spanContext: () => ({ ...one!.spanContext(), traceState: throwing }) };
    const [first, kept, last] = encoder.encodeEach([one!, bad, two!]);
    expect(kept).toBe(bad);
    expect(() => encoder.encode([bad])).toThrow('as bad states do');
    expect(decodeTraces(encoder.encode([first!, last!]))).toEqual(decodeTraces(encoder.encode([one!, two!])));
  });

  test('keeps every length of a short text apart, at each border of its fast paths', () => {
    const spans = Array.from({ length: 140 }, (_, length) =>
      toReadable({
        ...fc.sample(span, { numRuns: 1, seed: length })[0]!,
        attributes: { [`key${'k'.repeat(length)}`]: 'v'.repeat(length), short: 'ü'.repeat(length) },
      }),
    );
    const { ours, official } = decodeBoth(spans);
    expect(ours).toEqual(official);
  });

  test('encodes a batch of several megabytes', () => {
    const base = fc.sample(span, { numRuns: 1, seed: 7 })[0]!;
    const one = toReadable({ ...base, events: [], links: [], attributes: { text: 'x'.repeat(5_000) } });
    const { ours, official } = decodeBoth(Array.from({ length: 1_500 }, () => one));
    expect(ours).toHaveLength(1_500);
    expect(ours[1_499]).toEqual(official[1_499]);
  });

  test('is given a batch in slices, whose bodies, one behind the other, are that of the batch', () => {
    const encoder = createFastSpanEncoder({ exporter: 'fast', doubleAttributes: [] });
    const one = fc.sample(span, { numRuns: 1, seed: 7 })[0]!;
    const spans = Array.from({ length: 200 }, (_, index) =>
      toReadable({ ...one, name: `span ${index}`, resource: resources[1]!, instrumentationScope: scopes[1]! }),
    );
    const slices = encoder.slices?.(spans) ?? [];
    const bodies = slices.map((slice) => encoder.encode(slice)!);
    expect(slices.map(({ length }) => length)).toEqual([32, 32, 32, 32, 32, 32, 8]);
    expect(decodeTraces(Buffer.concat(bodies))).toEqual(decodeTraces(encoder.encode(spans)!));
    const ahead = (first: number): OutgoingSpan[] => [...encoder.ahead!(spans.slice(0, first)), ...spans.slice(first)];
    expect(encoder.slices?.(ahead(168))).toHaveLength(1); // what is left is one slice
    expect(encoder.slices?.(ahead(167))).toHaveLength(7);
  });

  test('encodes what the SDK itself records, with its limits and drops', () => {
    const ended: ReadableSpan[] = [];
    const keep: SpanProcessor = {
      onStart: () => undefined,
      onEnd: (readable) => void ended.push(readable),
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
    const provider = new TracerProvider({
      spanProcessors: [keep],
      spanLimits: { attributeCountLimit: 3, eventCountLimit: 2, linkCountLimit: 1, attributeValueLengthLimit: 5 },
    });
    const links: Link[] = [1, 2].map((id) => ({
      context: { traceId: 'ab'.repeat(16), spanId: `0${id}`.repeat(8), traceFlags: TraceFlags.SAMPLED },
    }));
    const recorded = provider
      .getTracer('t', '1')
      .startSpan('x', { links, attributes: { big: 10n, date: new Date(0) } });
    recorded.setAttributes({ a: 'long text', b: [1, 2], c: { d: null }, e: 5 });
    for (const name of ['1', '2', '3']) {
      recorded.addEvent(name, { a: 1 });
    }
    recorded.setStatus({ code: SpanStatusCode.ERROR, message: 'boom' });
    recorded.end();
    const { ours, official } = decodeBoth(ended);
    expect(ours).toEqual(official);
    expect(ours[0]).toMatchObject({ droppedEventsCount: 1, droppedLinksCount: 1, attributes: { a: 'long ' } });
  });

  test('decodes to the same spans for those that this package records', () => {
    fc.assert(
      fc.property(attributes, text, (given, name) => {
        const ended: RecordedSpan[] = [];
        recordInto(ended).getTracer('t', '1').startSpan(name, { attributes: given }).setAttributes(given).end();
        const { ours, official } = decodeBoth(ended);
        expect(ours).toEqual(official);
      }),
      { numRuns: 300 },
    );
  });

  test('decodes to the same spans for those that share attributes, also where one sets a shared one anew', () => {
    const encoder = new SpanEncoder(['score']);
    fc.assert(
      fc.property(fc.array(attributes, { maxLength: 3 }), attributes, (given, own) => {
        const ended: RecordedSpan[] = [];
        const tracer = recordInto(ended).getTracer('t', '1');
        const common = [...given, { score: 1 }].map((each) => Object.freeze(each));
        for (const rest of [own, {}, own]) {
          const running = tracer.startSpan('x', { attributes: common[0]! });
          common.forEach((each) => running.setAttributes(each));
          running.setAttributes(rest).end();
        }
        const { ours, official } = decodeBoth(ended, encoder);
        expect(ours).toEqual(official);
      }),
      { numRuns: 100 },
    );
  });
});
