// Every attribute of docs/reference/attributes.md is on a span or log record of a real gateway, and nothing else is.
import { LOG_EVENTS } from '@dcc-mcp/semantic-conventions';
import { type DecodedLogRecord, type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { ATTRIBUTE_CATALOG, type AttributeDescription, type SpanRole } from '@dcc-mcp/workflow-spans';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runAttributesWorkload } from './attributes-workload.ts';
import { readNotFed } from './not-fed.ts';

/** `role: key` of what the reference says of itself that this version does not set. */
const NOT_FED = new Set(readNotFed().attributes.flatMap(({ key, spans }) => spans.map((role) => `${role}: ${key}`)));

let sink: OtlpSink;
/** Keys with their values, by the role of the span. */
const seen = new Map<SpanRole, Map<string, unknown[]>>();
let logs: readonly DecodedLogRecord[];

function note(role: SpanRole, attributes: Readonly<Record<string, unknown>>): void {
  const keys = seen.get(role) ?? new Map<string, unknown[]>();
  seen.set(role, keys);
  for (const [key, value] of Object.entries(attributes)) {
    keys.set(key, [...(keys.get(key) ?? []), value]);
  }
}

function roleOf({ kind, name }: DecodedSpan): SpanRole {
  return kind === 'CLIENT' ? 'hop' : name.startsWith('gateway.') ? 'workflow' : 'protocol';
}

beforeAll(async () => {
  // Refused metrics are how an exporter comes to fail.
  sink = await startOtlpSink({ respond: ({ path }) => (path === '/v1/metrics' ? { status: 400 } : undefined) });
  await runAttributesWorkload(sink.url);
  for (const span of sink.spans()) {
    note(roleOf(span), span.attributes);
    for (const { name, attributes } of span.events) {
      note(`${name} event` as SpanRole, attributes);
    }
  }
  logs = sink.logs();
}, 60_000);

afterAll(() => sink.close());

function hasType(value: unknown, type: AttributeDescription['type']): boolean {
  const types: Readonly<Record<AttributeDescription['type'], boolean>> = {
    'string[]': Array.isArray(value) && value.every((item) => typeof item === 'string'),
    bool: typeof value === 'boolean',
    int: typeof value === 'bigint' || Number.isInteger(value),
    double: typeof value === 'number',
    string: typeof value === 'string',
  };
  return types[type];
}

const rows = ATTRIBUTE_CATALOG.flatMap((row) => row.spans.map((role) => [row.key, role, row] as const));

const named = new Set(rows.map(([key, role]) => `${role}: ${key}`));

test.each(rows.filter(([key, role]) => !NOT_FED.has(`${role}: ${key}`)))('%s is on a %s', (key, role, { type }) => {
  const values = seen.get(role)?.get(key) ?? [];
  expect(values.length).toBeGreaterThan(0);
  expect(values.filter((value) => !hasType(value, type))).toEqual([]);
});

test('what the reference says is not set is named in it, and not set', () => {
  const found = new Set([...seen].flatMap(([role, keys]) => [...keys.keys()].map((key) => `${role}: ${key}`)));
  expect([...NOT_FED].filter((each) => !named.has(each) || found.has(each))).toEqual([]);
});

test('nothing is on a span that the reference does not name for it', () => {
  const found = [...seen].flatMap(([role, keys]) => [...keys.keys()].map((key) => `${role}: ${key}`));
  expect(found.filter((each) => !named.has(each))).toEqual([]);
});

describe.each(LOG_EVENTS)('the event $name', ({ name, attributes }) => {
  test('is logged', () => {
    expect(logs.map(({ eventName }) => eventName)).toContain(name);
  });

  test('has the attributes of the reference, and no others', () => {
    const records = logs.filter(({ eventName }) => eventName === name);
    const keys = new Set(records.flatMap((record) => Object.keys(record.attributes)));
    expect([...keys].toSorted()).toEqual(attributes.map(({ key }) => key).toSorted());
    for (const { key, type } of attributes) {
      const values = records.flatMap((record) => record.attributes[key] ?? []);
      expect([key, values.filter((value) => !hasType(value, type))]).toEqual([key, []]);
    }
  });
});

test('a line that belongs to no event has no attributes, and no event is unnamed', () => {
  const names = new Set(LOG_EVENTS.map((event) => event.name));
  const others = logs.filter(({ eventName }) => !names.has(eventName));
  expect(others.filter(({ eventName, attributes }) => eventName !== '' || Object.keys(attributes).length > 0)).toEqual(
    [],
  );
});
