// The spans of this package against those of the official SDK: whatever is done to them, they end with the same content.
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import {
  type Attributes,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TimeInput,
  trace,
} from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import { AlwaysOnSampler, type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';
import * as fc from 'fast-check';
import type { RecordedSpan } from '../../src/spans/recorded-span.ts';
import { toEncodable } from '../../src/spans/span-time.ts';
import { DEFAULT_LIMITS, type Limits, recordInto } from './recording.ts';

const TIGHT = {
  attributeCount: 3,
  attributeValueLength: 5,
  eventCount: 2,
  linkCount: 1,
  attributesPerEvent: 1,
  attributesPerLink: 1,
};
const NONE = { ...TIGHT, attributeCount: 0, eventCount: 0, linkCount: 0 };

// The official SDK loses `__proto__`: it sets it on an object.
const text = fc.string({ maxLength: 8 }).filter((name) => name !== '__proto__');
const key = fc.oneof(fc.constantFrom('a', 'b', 'c', 'd', 'toString'), text);
const value = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.double(),
  fc.boolean(),
  fc.uint8Array({ maxLength: 8 }),
  fc.array(fc.oneof(fc.string(), fc.integer(), fc.constantFrom(null, undefined)), { maxLength: 4 }),
  fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { maxKeys: 3 }),
  fc.constantFrom<unknown>(null, undefined, 10n, new Date(0), () => 1, Symbol('s')),
);
const attributes = fc
  .array(fc.tuple(key, value), { maxLength: 8 })
  .map((pairs): Attributes => Object.fromEntries(pairs));
/** Some that many spans are given, so that they are known again; some that no other is. */
const COMMON: readonly Attributes[] = [
  { a: 'a long text', b: 2 },
  { c: true, d: Object.freeze(['x', 'too long']) },
  { b: 'other', e: ['can', 'change'] },
  {},
].map((common) => Object.freeze(common));
const shared = fc.oneof(
  fc.constantFrom(...COMMON),
  attributes.map((given) => Object.freeze(given)),
);
const time: fc.Arbitrary<TimeInput> = fc.oneof(
  fc.constantFrom<TimeInput>([1_700_000_001, 5], new Date(1_700_000_002_000), 1_700_000_003_000, 12.5),
);
const link: fc.Arbitrary<Link> = fc.record(
  { context: fc.constant({ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1 }), attributes },
  { requiredKeys: ['context'] },
);
const exception = fc.oneof(
  fc.string(),
  fc.record(
    { code: fc.constantFrom('E', 5, 0), name: fc.string(), message: fc.string(), stack: fc.string() },
    { noNullPrototype: true },
  ),
);

/** One thing done to a span; told as data, so that a failure can be read. */
const step = fc.oneof(
  fc.record({ do: fc.constant('setAttribute' as const), key, value }),
  fc.record({ do: fc.constant('setAttributes' as const), attributes: fc.oneof(attributes, shared) }),
  fc.record({ do: fc.constant('addEvent' as const), name: fc.string(), attributes, time }),
  fc.record({ do: fc.constant('addEventAt' as const), name: fc.string(), time }),
  fc.record({ do: fc.constant('addLink' as const), link }),
  fc.record({
    do: fc.constant('setStatus' as const),
    code: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR),
    message: fc.string(),
  }),
  fc.record({ do: fc.constant('updateName' as const), name: fc.string() }),
  fc.record({ do: fc.constant('recordException' as const), exception, time }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const APPLY: { readonly [D in Step['do']]: (span: Span, step: Extract<Step, { do: D }>) => void } = {
  setAttribute: (span, given) => span.setAttribute(given.key, given.value),
  setAttributes: (span, given) => span.setAttributes(given.attributes),
  addEvent: (span, given) => span.addEvent(given.name, given.attributes, given.time),
  addEventAt: (span, given) => span.addEvent(given.name, given.time),
  addLink: (span, given) => span.addLink(given.link),
  setStatus: (span, given) => span.setStatus({ code: given.code, message: given.message }),
  updateName: (span, given) => span.updateName(given.name),
  recordException: (span, given) => span.recordException(given.exception, given.time),
};

function apply(span: Span, given: Step): void {
  const run: (span: Span, step: never) => void = APPLY[given.do];
  run(span, given as never);
}

const scenario = fc.record({
  limits: fc.constantFrom<Limits>(TIGHT, DEFAULT_LIMITS, NONE),
  start: fc.record(
    {
      kind: fc.integer({ min: 0, max: 4 }),
      attributes: fc.oneof(attributes, shared),
      links: fc.array(link, { maxLength: 3 }),
    },
    { requiredKeys: [] },
  ),
  steps: fc.array(step, { maxLength: 12 }),
  endTime: time,
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;
const START = [1_700_000_000, 250] as [number, number];

function runOurs({ limits, start, steps, endTime }: Scenario): ReadableSpan {
  const ended: RecordedSpan[] = [];
  const provider = recordInto(ended, limits);
  const span = provider.getTracer('t', '1').startSpan('x', { ...start, startTime: START }, ROOT_CONTEXT);
  for (const each of steps) {
    apply(span, each);
  }
  span.end(endTime);
  return ended[0]!;
}

function runOfficial({ limits, start, steps, endTime }: Scenario): ReadableSpan {
  const ended: ReadableSpan[] = [];
  const provider = new TracerProvider({
    resource: emptyResource(),
    sampler: new AlwaysOnSampler(),
    spanLimits: {
      attributeCountLimit: limits.attributeCount,
      attributeValueLengthLimit: limits.attributeValueLength,
      eventCountLimit: limits.eventCount,
      linkCountLimit: limits.linkCount,
      attributePerEventCountLimit: limits.attributesPerEvent,
      attributePerLinkCountLimit: limits.attributesPerLink,
    },
    spanProcessors: [
      {
        onStart: () => undefined,
        onEnd: (span) => void ended.push(span),
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      },
    ],
  });
  const span = provider.getTracer('t', '1').startSpan('x', { ...start, startTime: START }, ROOT_CONTEXT);
  for (const each of steps) {
    apply(span, each);
  }
  span.end(endTime);
  return ended[0]!;
}

/** What an exporter can see, but for the ids, which are random. */
function toContent(span: ReadableSpan): Record<string, unknown> {
  const { name, kind, attributes: all, links, status, startTime, duration, ended } = span;
  // The official ones may have nanoseconds below zero, which stand for the same time.
  const endTime = toEncodable(span.endTime);
  const events = span.events.map((event) => ({ ...event, time: toEncodable(event.time) }));
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount, parentSpanContext } = span;
  const dropped = { droppedAttributesCount, droppedEventsCount, droppedLinksCount };
  return { name, kind, all, events, links, status, startTime, endTime, duration, ended, parentSpanContext, ...dropped };
}

describe('a span of this package', () => {
  afterEach(() => void jest.restoreAllMocks());

  test('ends with the same content as one of the official SDK, whatever is done to it', () => {
    jest.spyOn(performance, 'now').mockReturnValue(50);
    jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_500);
    fc.assert(
      fc.property(scenario, (given) => {
        expect(toContent(runOurs(given))).toEqual(toContent(runOfficial(given)));
      }),
      { numRuns: 1000 },
    );
  });

  test('takes what a frozen object holds now, where that may change', () => {
    const list = ['one'];
    let read = 0;
    const given: Attributes = Object.freeze({
      list,
      get read() {
        read += 1;
        return read;
      },
    });
    const [first, second] = [1, 2].map(() => {
      const ended: RecordedSpan[] = [];
      startOurs(ended).setAttributes(given).end();
      list[0] = 'two';
      return ended[0]!.attributes;
    });
    expect([first, second]).toEqual([
      { list: ['one'], read: 1 },
      { list: ['two'], read: 2 },
    ]);
  });

  test('takes nothing any more when it has ended, and ends once', () => {
    const ended: RecordedSpan[] = [];
    const span = startOurs(ended);
    span.end();
    span.setAttribute('a', 1).setAttributes({ b: 1 }).addEvent('e').addLink({ context: PARENT }).updateName('y');
    span.setStatus({ code: SpanStatusCode.ERROR }).end();
    expect(ended).toHaveLength(1);
    expect(toContent(ended[0]!)).toMatchObject({ name: 'x', all: {}, events: [], links: [], status: { code: 0 } });
  });

  test('has no duration below zero when it is ended before it began', () => {
    const ended: RecordedSpan[] = [];
    startOurs(ended, { startTime: [2_000_000_000, 5] }).end([1_000_000_000, 0]);
    expect(ended[0]).toMatchObject({ endTime: [2_000_000_000, 5], duration: [0, 0] });
  });

  test('goes on with the trace, the sampling and the trace state of its parent', () => {
    const ended: RecordedSpan[] = [];
    const context = trace.setSpanContext(ROOT_CONTEXT, PARENT);
    startOurs(ended, { kind: SpanKind.CLIENT }, context).end();
    expect(ended[0]!.parentSpanContext).toBe(PARENT);
    expect(ended[0]!.spanContext()).toMatchObject({ traceId: PARENT.traceId, traceFlags: 1 });
    expect(ended[0]!.spanContext().spanId).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
  });

  test('keeps an attribute whose name means something else to objects', () => {
    const ended: RecordedSpan[] = [];
    startOurs(ended).setAttribute('__proto__', { a: 1 }).setAttribute('constructor', 'c').end();
    expect(Object.entries(ended[0]!.attributes)).toEqual([
      ['__proto__', { a: 1 }],
      ['constructor', 'c'],
    ]);
  });

  test('keeps a hundred attributes apart and replaces each by its name', () => {
    const ended: RecordedSpan[] = [];
    const span = startOurs(ended);
    const names = Array.from({ length: 100 }, (_, index) => `key-${index}`);
    for (const round of [1, 2]) {
      for (const name of names) {
        span.setAttribute(name, `${name}-${round}`);
      }
    }
    span.end();
    expect(ended[0]!.attributes).toEqual(Object.fromEntries(names.map((name) => [name, `${name}-2`])));
  });
});

const PARENT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

function startOurs(ended: RecordedSpan[], options = {}, context = ROOT_CONTEXT): Span {
  const provider = recordInto(ended);
  return provider.getTracer('t').startSpan('x', options, context);
}
