import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import type { Baggage } from '@opentelemetry/api';
import { readHeader, type RequestHeaders } from '../carriers/carrier-input.ts';
import { isBoundedId, MAX_ID_CHARS } from './identifiers.ts';

/** What a conversation is grouped by. */
export type SessionSource = 'protocol' | 'header' | 'agent' | 'baggage' | 'trace';

/** The conversation a request belongs to. */
export interface SessionGroup {
  /**
   * Safe to store and export. For `protocol` it is the first 12 hex of the session id's SHA-256, since the id itself is a
   * capability.
   */
  readonly id: string;
  readonly source: SessionSource;
}

/** Baggage key of a conversation (OpenTelemetry, OpenInference). */
const BAGGAGE_SESSION_ID = 'session.id';

const SESSION_HEADERS = ['x-session-id', 'x-dcc-mcp-session-id'] as const;

/** Where a conversation may be named, where the protocol has no session. */
export interface SessionCandidates {
  readonly headers: RequestHeaders;
  readonly agentSessionId?: string;
  readonly baggage?: Baggage;
  readonly traceId: string;
}

/** The first that exists: header, agent context, baggage (when allowed), trace. */
export function groupSession(candidates: SessionCandidates): SessionGroup {
  const { headers, agentSessionId, baggage, traceId } = candidates;
  const named = SESSION_HEADERS.map((name) => readHeader(headers, name)).find(isUsableId);
  if (named !== undefined) {
    return { id: named, source: 'header' };
  }
  if (agentSessionId !== undefined) {
    return { id: sanitizeText(agentSessionId, MAX_ID_CHARS), source: 'agent' };
  }
  const carried = baggage?.getEntry(BAGGAGE_SESSION_ID)?.value;
  const bounded = carried === undefined ? '' : sanitizeText(carried, MAX_ID_CHARS);
  return bounded === '' ? { id: traceId, source: 'trace' } : { id: bounded, source: 'baggage' };
}

/** Whether a header names a session by what is no id: it is passed over. */
export function hasUnusableSession(headers: RequestHeaders): boolean {
  return SESSION_HEADERS.some((name) => {
    const named = readHeader(headers, name);
    return named !== undefined && !isUsableId(named);
  });
}

function isUsableId(text: string | undefined): text is string {
  return text !== undefined && isBoundedId(text) && sanitizeText(text) === text;
}
