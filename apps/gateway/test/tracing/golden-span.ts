// Spans as a person reads them: a tree without times, with stable names in place of what differs in each run.
import type { DecodedSpan } from '@dcc-mcp/test-kit/otlp-sink';

export interface GoldenSpan {
  readonly name: string;
  readonly kind: string;
  readonly parent: string;
  readonly status: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events?: readonly unknown[];
  readonly links?: number;
}

/** Size and digest of a search's answer, which has its id in it. */
const SEARCH_DIGEST = /^(\{"fields":\["search_id",.*\]),"bytes":\d+,"sha256":"[0-9a-f]{64}"/;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Attributes of which only the presence and the type are promised. */
const VARYING: Readonly<Record<string, string>> = {
  'server.port': '<port>',
  'dcc_mcp.trace_id': '<trace id>',
  'dcc_mcp.session_id': '<session>',
  'dcc_mcp.queue.wait_ms': '<ms>',
  'dcc_mcp.search.id': '<search id>',
  'session.id': '<session>',
  search_id: '<search id>',
  'mcp.session.id': '<session>',
  'mcp.session_id': '<session>',
  'jsonrpc.request.id': '<json-rpc id>',
};

/** Digests of sessions and ids of requests, by what they are. */
function stable(key: string, value: unknown): unknown {
  if (VARYING[key] !== undefined) {
    return VARYING[key];
  }
  if (typeof value !== 'string') {
    return typeof value === 'bigint' ? Number(value) : value;
  }
  if (key === 'metadata') {
    const entries = Object.entries(JSON.parse(value) as object);
    return JSON.stringify(Object.fromEntries(entries.map(([name, each]) => [name, stable(name, each)])));
  }
  const text = value.replaceAll(UUID, '<uuid>').replace(SEARCH_DIGEST, '$1,<size and digest>');
  return key.endsWith('request_id') ? text.replace(/^[0-9a-f]{12}:\d+|^<uuid>:\d+/, '<session>:<id>') : text;
}

/** The spans of one trace, parents before children and children in the order they started. */
export function toGolden(spans: readonly DecodedSpan[]): readonly GoldenSpan[] {
  const ids = new Map(spans.map((span) => [span.spanId, span]));
  const depth = (span: DecodedSpan): number => {
    const parent = ids.get(span.parentSpanId);
    return parent === undefined ? 0 : 1 + depth(parent);
  };
  const ordered = spans.toSorted((a, b) =>
    depth(a) === depth(b) ? Number(a.startTimeUnixNano - b.startTimeUnixNano) : depth(a) - depth(b),
  );
  return ordered.map((span) => toGoldenSpan(span, ids));
}

function toGoldenSpan(span: DecodedSpan, ids: ReadonlyMap<string, DecodedSpan>): GoldenSpan {
  const { name, kind, status, attributes, events, links } = span;
  const keys = Object.keys(attributes).toSorted();
  return {
    name,
    kind,
    parent: ids.get(span.parentSpanId)?.name ?? "the caller's",
    status: status.message === '' ? status.code : `${status.code} ${status.message}`,
    attributes: Object.fromEntries(keys.map((key) => [key, stable(key, attributes[key])])),
    ...(events.length === 0 ? {} : { events: events.map((event) => event.name) }),
    ...(links.length === 0 ? {} : { links: links.length }),
  };
}
