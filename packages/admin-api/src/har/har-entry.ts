import type { TracePayload, TrafficFrame } from '@dcc-mcp/call-store';
import type { HarEntry, HarPair, HarRequest, HarResponse, HarTimings } from './har-format.ts';
import type { HarSubject } from './har-subject.ts';

const UNKNOWN_SIZE = -1;
/** HAR asks for a text, and no frame says which it was. */
const UNKNOWN_VERSION = 'unknown';
/** As Chromium writes and reads it. */
const UNKNOWN_TYPE = 'x-unknown';

/** One request as HAR has it: what was not kept or captured is absent, or not known by HAR's own sign, and a comment says so. */
export function toHarEntry(subject: HarSubject, baseUrl: string): HarEntry {
  const { startedAt, sessionId, own, batch } = subject;
  const timings = timingsOf(subject);
  return {
    ...(sessionId === undefined ? {} : { pageref: sessionId }),
    startedDateTime: startedAt,
    time: sumOf(timings),
    request: requestOf(subject, baseUrl),
    response: responseOf(subject),
    cache: {},
    timings,
    ...(batch === undefined ? {} : { comment: `An item of the batch ${batch}: no request of its own on the wire.` }),
    _resourceType: 'fetch',
    _dcc_mcp: own,
  };
}

/** HAR wants send, wait and receive to be known; all that is not the wait for a free place is `wait`. */
function timingsOf({ millis, queueMillis }: HarSubject): HarTimings {
  const blocked = queueMillis ?? -1;
  return {
    blocked,
    dns: -1,
    connect: -1,
    ssl: -1,
    send: 0,
    wait: toMicrosecond(Math.max(0, millis - Math.max(0, blocked))),
    receive: 0,
  };
}

function sumOf(timings: HarTimings): number {
  const known = Object.values(timings).filter((millis) => millis > 0);
  return toMicrosecond(known.reduce((sum, millis) => sum + millis, 0));
}

/** Milliseconds without what a sum of fractions adds. */
function toMicrosecond(millis: number): number {
  return Math.round(millis * 1_000) / 1_000;
}

function requestOf(subject: HarSubject, baseUrl: string): HarRequest {
  const { input, wire } = subject;
  const queryString = namesOf(subject);
  // Half a character, which a name may have and a URL may not, becomes a sign that stands for it.
  const query = String(new URLSearchParams(Object.fromEntries(queryString.map(({ name, value }) => [name, value]))));
  return {
    method: wire?.asked.http?.method ?? 'POST',
    url: `${addressOf(subject, baseUrl)}${query === '' ? '' : `?${query}`}`,
    httpVersion: UNKNOWN_VERSION,
    cookies: [],
    headers: headersOf(wire?.asked),
    queryString,
    ...postDataOf(input),
    headersSize: UNKNOWN_SIZE,
    bodySize: wire?.asked.size_bytes ?? UNKNOWN_SIZE,
    comment: [capturedNote(subject), ...keptNotes(input, 'arguments')].join(' '),
  };
}

function addressOf({ transport, operation, wire }: HarSubject, baseUrl: string): string {
  if (transport === 'stdio') {
    return 'stdio://gateway/mcp';
  }
  return `${baseUrl}${wire?.asked.http?.route ?? (transport === 'rest' ? `/v1/${operation}` : '/mcp')}`;
}

const NOT_SENT = 'Not sent: it says what this was, as many requests go to one address.';

/** All of MCP goes to one address, and so do the calls of all tools: a list of them would say one word a hundred times. */
function namesOf({ transport, operation, tool, wire }: HarSubject): readonly HarPair[] {
  const isInPath = transport === 'rest' || wire?.asked.http?.route.startsWith('/v1/') === true;
  const names = { operation: isInPath ? undefined : operation, tool };
  return Object.entries(names).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value, comment: NOT_SENT }],
  );
}

function capturedNote({ transport, wire }: HarSubject): string {
  if (transport === 'stdio') {
    return 'It came over standard streams: there is no HTTP, and method and address stand in for it.';
  }
  return wire === undefined
    ? 'Method and path are those of its operation: the request line, headers and sizes were not captured.'
    : 'Headers are those of a short list; the others were not captured, nor was the body as it was sent.';
}

function headersOf(frame: TrafficFrame | undefined): readonly HarPair[] {
  return Object.entries(frame?.headers ?? {}).map(([name, value]) => ({ name, value }));
}

function postDataOf(input: TracePayload | undefined): Pick<HarRequest, 'postData'> {
  return isKept(input) ? { postData: { mimeType: input.mime_type, text: input.content } } : {};
}

function responseOf(subject: HarSubject): HarResponse {
  const { output, outputBytes = 0, outcome = '', failure, wire } = subject;
  const [first] = wire?.answers ?? [];
  return {
    status: first?.http?.status ?? 0,
    statusText: outcome,
    httpVersion: UNKNOWN_VERSION,
    cookies: [],
    headers: headersOf(first),
    content: {
      size: output?.original_size ?? outputBytes,
      mimeType: output?.mime_type ?? first?.headers['content-type'] ?? UNKNOWN_TYPE,
      ...(isKept(output) ? { text: output.content } : {}),
      comment: [...keptNotes(output, 'result'), ...(failure === undefined ? [] : [failure])].join(' '),
    },
    redirectURL: '',
    headersSize: UNKNOWN_SIZE,
    bodySize: first === undefined ? UNKNOWN_SIZE : bytesOf(wire?.answers ?? []),
    ...(first?.http?.status === undefined ? { comment: statusNote(subject) } : {}),
  };
}

function statusNote({ outcome }: HarSubject): string {
  return outcome === undefined
    ? 'No answer was captured that belongs to it.'
    : 'The status was not captured; the text is the outcome.';
}

function bytesOf(frames: readonly TrafficFrame[]): number {
  return frames.reduce((sum, { size_bytes: bytes }) => sum + bytes, 0);
}

function isKept(payload: TracePayload | undefined): payload is TracePayload {
  return payload !== undefined && payload.dropped !== true;
}

/** What the text of a payload is, and what is missing from it. */
function keptNotes(payload: TracePayload | undefined, what: 'arguments' | 'result'): readonly string[] {
  if (payload === undefined) {
    return [`No ${what} kept.`];
  }
  const { truncated, original_size: size, redactions, dropped } = payload;
  if (dropped === true) {
    return [`The ${what} of ${size} bytes had to make room for newer ones.`];
  }
  return [
    `The text is the ${what} as kept, without what stands around on the wire.`,
    ...(truncated ? [`It is cut: there were ${size} bytes.`] : []),
    ...(redactions === 0 ? [] : [`Redacted in ${redactions} ${redactions === 1 ? 'place' : 'places'}.`]),
  ];
}
