import { truncateUtf8 } from '@dcc-mcp/bounds';
import { isRecord } from '@dcc-mcp/request-context';
import { type Trace, type TracePayload, toTraceRow, withoutContent } from '../rows/trace-row.ts';

/** A row as it lies in a stream: JSON in UTF-8. */
export interface EntryText {
  readonly row: Buffer;
  /** Of a trace: what its list does not show. */
  readonly detail?: Buffer;
}

/** Texts of a row that is too large are cut to the first of these that is enough, in bytes. */
const CUTS = [256, 64] as const;
/** Lists of such a row keep so many. */
const CUT_ITEMS = 8;
const MAX_DEPTH = 8;

/** A row within `maxBytes`, cut where it has to be; `undefined` for one that can't be. */
export function toEntryText(row: object, maxBytes: number): EntryText | undefined {
  try {
    return isTrace(row) ? traceText(row, maxBytes) : rowText(row, maxBytes);
  } catch {
    // JSON can't hold it.
    return undefined;
  }
}

function rowText(row: object, maxBytes: number): EntryText | undefined {
  for (const make of [() => row, ...CUTS.map((maxText) => () => cut(row, maxText, 0))]) {
    const text = encode(make());
    if (text.length <= maxBytes) {
      return { row: text };
    }
  }
  return undefined;
}

/** Payloads are cut first, then spans; what is cut says so: `truncated`, and a `span_count` that is larger than the list. */
function traceText(trace: Trace, maxBytes: number): EntryText | undefined {
  const listed = rowText(toTraceRow(trace), maxBytes);
  if (listed === undefined) {
    return undefined;
  }
  const room = maxBytes - listed.row.length;
  for (const detail of detailsOf(trace, room)) {
    const text = encode(detail);
    if (text.length <= room) {
      return { ...listed, detail: text };
    }
  }
  return listed;
}

type Detail = Omit<Partial<Trace>, 'spans'> & Pick<Trace, 'spans'>;

/** What is told of a trace beside its row: all of it, and less and less. */
function* detailsOf(trace: Trace, room: number): Generator<Detail> {
  const { started_at, spans, input, output, agent_context: context } = trace;
  const agent = context === undefined ? {} : { agent_context: context };
  const payloads = (shorten: (payload: TracePayload) => TracePayload) => ({
    ...(input === undefined ? {} : { input: shorten(input) }),
    ...(output === undefined ? {} : { output: shorten(output) }),
  });
  yield { started_at, spans, ...payloads((payload) => payload), ...agent };
  const rest = encode({ started_at, spans, ...payloads(withoutContent), ...agent }).length;
  // A text in JSON is longer than it is by itself, and there are two of them.
  for (const share of [2, 4, 8]) {
    const bytes = Math.floor((room - rest) / share);
    if (bytes > 0) {
      yield { started_at, spans, ...payloads((payload) => cutPayload(payload, bytes)), ...agent };
    }
  }
  yield { started_at, spans, ...payloads(withoutContent), ...agent };
  for (let count = spans.length; count > 0; count = Math.floor(count / 2)) {
    yield { started_at, spans: spans.slice(0, count), ...payloads(withoutContent) };
  }
}

/** @throws {TypeError} When JSON can't hold it. */
function encode(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function cutPayload(payload: TracePayload, maxBytes: number): TracePayload {
  const { text, isTruncated } = truncateUtf8(payload.content, maxBytes);
  return isTruncated ? { ...payload, content: text, truncated: true } : payload;
}

/** What tells rows apart, and what they are: it is never cut. */
const WHOLE: ReadonlySet<string> = new Set(['row_id', 'timestamp', 'trace_id', 'span_id', 'search_id', 'event_id']);

function cut(value: unknown, maxText: number, depth: number): unknown {
  if (typeof value === 'string') {
    return truncateUtf8(value, maxText).text;
  }
  if (Array.isArray(value)) {
    return value.slice(0, CUT_ITEMS).map((item) => cut(item, maxText, depth + 1));
  }
  if (!isRecord(value) || depth >= MAX_DEPTH) {
    return typeof value === 'object' ? undefined : value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, WHOLE.has(name) ? each : cut(each, maxText, depth + 1)]),
  );
}

function isTrace(row: object): row is Trace {
  return 'spans' in row;
}
