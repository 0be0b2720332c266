import type { ContentionEvent } from '@dcc-mcp/call-store';
import type { OperationCore } from '../../operations/frame/core.ts';
import type { Permissions } from '../../operations/frame/permissions.ts';
import { ERROR_INVALID_PARAMS, McpError } from '../../protocol/mcp-protocol.ts';

/** Resource of what changed at the upstreams; `?since=` behind it leaves out what is older. */
export const EVENTS_URI = 'resources://gateway/events';
/** One JSON object on each line. */
export const LINES_TYPE = 'application/x-ndjson';

/** RFC 3339: without an offset nobody knows which time is meant. */
const TIME = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** Whether a URI names the resource, with or without parameters. */
export function isEvents(uri: string): boolean {
  return uri === EVENTS_URI || uri.startsWith(`${EVENTS_URI}?`);
}

/** When the lines that a URI asks for begin, in epoch milliseconds. @throws {McpError} When a parameter is wrong. */
export function readSince(uri: string): number | undefined {
  const parameters = [...new URLSearchParams(uri.slice(EVENTS_URI.length))];
  const [since, ...more] = parameters;
  if (since === undefined) {
    return undefined;
  }
  const [name, given] = since;
  // A plus in a query is a blank.
  const text = given.replace(/ (\d{2}:\d{2})$/, '+$1');
  const millis = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (more.length > 0 || name !== 'since' || Number.isNaN(millis)) {
    const message = `the one parameter of ${EVENTS_URI} is since, a time such as 2026-01-31T12:00:00Z`;
    throw new McpError(ERROR_INVALID_PARAMS, message, { data: { uri } });
  }
  return millis;
}

/** The events that a client may see as lines, the newest last. */
export async function eventLines(
  { contention }: Pick<OperationCore, 'contention'>,
  permissions: Permissions,
  sinceMillis: number | undefined,
): Promise<string> {
  const lines: string[] = [];
  for await (const event of contention(sinceMillis)) {
    if (isShown(event, permissions)) {
      lines.push(JSON.stringify(event));
    }
  }
  return lines.toReversed().join('\n');
}

function isShown({ dcc_type: dccType }: ContentionEvent, permissions: Permissions): boolean {
  return permissions.scope(dccType).outcome === 'allowed';
}
