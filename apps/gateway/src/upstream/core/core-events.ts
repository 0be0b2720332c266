import { asList, asObject, type JsonObject } from '../../protocol/json-rpc.ts';
import type { HostEvent, HostEventPage } from '../upstream.ts';
import type { Answer, Question } from './core-request.ts';

/** The buffer of events that a dcc-mcp-core host may have (`SessionEventBuffer`), as a resource of it. */
export interface CoreEvents {
  /** Where they are; `undefined` where the host has none, or doesn't say. */
  find(): Promise<string | undefined>;
  /** Those behind a cursor, oldest first. `too-long`: it is more than can be taken at once. */
  read(uri: string, cursor: number, limit: number): Promise<HostEventPage | 'too-long' | undefined>;
}

const PREFIX = 'events://session/';
const MAX_URI_LENGTH = 512;
/** Bytes of a list of resources, of which a host has few. */
const MAX_LIST_BYTES = 512 * 1024;
/** Bytes of a page; a message has at most 4 KiB where nobody said otherwise. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** The host writes nanoseconds as a bare number of 19 digits, of which a double holds 16. */
const BARE_NANOS = /("timestamp_ns"\s*:\s*)(\d+)/g;

type Ask = (path: string, options?: Partial<Question>) => Promise<Answer | undefined>;

export function createCoreEvents(ask: Ask): CoreEvents {
  return {
    find: async () => {
      const answer = await ask('/v1/resources', { maxBytes: MAX_LIST_BYTES });
      const uris = asList(toBody(answer)?.['resources']).map((each) => asObject(each)?.['uri']);
      // A host hands out the first that it has, whatever others it lists.
      return uris.filter((uri) => typeof uri === 'string').find(isEvents);
    },
    read: async (uri, cursor, limit) => {
      const answer = await ask(pathOf(`${uri}?cursor=${cursor}&limit=${limit}`), { maxBytes: MAX_PAGE_BYTES });
      if (answer !== undefined && answer.status === undefined) {
        return 'too-long';
      }
      const text = asObject(asList(toBody(answer)?.['contents'])[0])?.['text'];
      return typeof text === 'string' ? toPage(parse(text), cursor) : undefined;
    },
  };
}

function pathOf(uri: string): string {
  return `/v1/resources/${encodeURIComponent(uri)}`;
}

function isEvents(uri: string): boolean {
  return uri.startsWith(PREFIX) && !/[?#\s]/.test(uri) && uri.length <= MAX_URI_LENGTH;
}

function toBody(answer: Answer | undefined): JsonObject | undefined {
  return answer?.status === 200 ? asObject(parse(answer.text)) : undefined;
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text.replaceAll(BARE_NANOS, '$1"$2"'));
    return value;
  } catch {
    return undefined;
  }
}

/** Reads a page; what is no event, or stands in no order, is left out. */
function toPage(value: unknown, cursor: number): HostEventPage | undefined {
  const page = asObject(value);
  if (page === undefined || !Array.isArray(page['events'])) {
    return undefined;
  }
  const events: HostEvent[] = [];
  let last = cursor;
  for (const each of page['events']) {
    const event = toEvent(each);
    if (event !== undefined && event.id > last) {
      events.push(event);
      last = event.id;
    }
  }
  const { newest_cursor: newest } = page;
  return { events, ...(isId(newest) ? { newest } : {}) };
}

const ID_NAMES = ['session_id', 'tool_call_id', 'job_id', 'correlation_id', 'trace_id'] as const;

function toEvent(value: unknown): HostEvent | undefined {
  const event = asObject(value) ?? {};
  const { id, message, timestamp_ns: nanos, metadata } = event;
  if (!isId(id) || typeof message !== 'string') {
    return undefined;
  }
  const ids: Partial<Record<(typeof ID_NAMES)[number], string>> = {};
  for (const name of ID_NAMES) {
    const text = event[name];
    if (typeof text === 'string' && text !== '') {
      ids[name] = text;
    }
  }
  const details = asObject(metadata);
  return {
    id,
    message,
    source: wordOf(event['source']) ?? 'host',
    stream: wordOf(event['stream']) ?? 'log',
    level: wordOf(event['level']) ?? 'info',
    ...(typeof nanos === 'string' ? { timestampNanos: nanos } : {}),
    ...(details === undefined ? {} : { metadata: details }),
    ...ids,
  };
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
