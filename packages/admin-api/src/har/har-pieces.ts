import type { LinkPlaces } from '../request/links.ts';
import { toHarEntry } from './har-entry.ts';
import type { HarPage } from './har-format.ts';
import { type HarRequests, type HarSearch, findHarRequests } from './har-requests.ts';
import { subjectOfRows, subjectOfWire } from './har-subject.ts';
import { keptRequests } from './kept-requests.ts';

/** What a HAR is written of. */
export interface HarOptions extends HarSearch {
  readonly places: LinkPlaces;
  /** Of the gateway. */
  readonly version: string;
}

/** What holds for all entries is said once. */
const ABOUT = [
  'Requests of clients, from the history of a gateway. Texts are redacted and cut as they are kept.',
  'Timings: blocked is the wait for a free place at the server, wait is all else; _dcc_mcp has the parts of it.',
  'Status 0, sizes of -1 and the version "unknown" were not captured: DCC_MCP_TRAFFIC_CAPTURE=metadata captures status, sizes and some headers.',
];

/** A HAR as text, entry by entry, the oldest first. */
export async function* harPieces(options: HarOptions): AsyncGenerator<string, void, undefined> {
  const { store, places } = options;
  const found = await findHarRequests(options);
  const creator = { name: 'dcc-mcp-gateway', version: options.version };
  yield `{"log":{"version":"1.2","creator":${JSON.stringify(creator)},"pages":${JSON.stringify(pagesOf(found))},"entries":[`;
  let gone = 0;
  let separator = '\n';
  for await (const { key, call, trace } of keptRequests(store, found.keys)) {
    const subject =
      key.rowId === undefined ? subjectOfWire(key.wire) : subjectOfRows({ call, trace, wire: key.wire }, places);
    if (subject === undefined) {
      gone += 1;
    } else {
      yield `${separator}${JSON.stringify(toHarEntry(subject, places.baseUrl))}`;
      separator = ',\n';
    }
  }
  const omitted = [...found.omitted, ...(gone === 0 ? [] : [`${gone} were let go while this was written.`])];
  yield `\n],"comment":${JSON.stringify([...ABOUT, ...omitted].join(' '))}}}\n`;
}

/** One for each session; a request without a session is on none. */
function pagesOf({ keys }: HarRequests): readonly HarPage[] {
  const first = new Map<string, string>();
  for (const { sessionId, startedAt } of keys) {
    if (sessionId !== undefined && !first.has(sessionId)) {
      first.set(sessionId, startedAt);
    }
  }
  return [...first].map(([id, startedDateTime]) => ({ id, title: `session ${id}`, startedDateTime, pageTimings: {} }));
}
