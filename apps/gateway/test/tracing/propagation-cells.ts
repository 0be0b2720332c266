// Every combination of where a caller's context stands and which way its call goes.
import { randomBytes } from 'node:crypto';
import type { Json } from '../fixtures/callers.ts';

export const POLICIES = ['auto', 'remote', 'local'] as const;
const FRONTS = ['REST', 'HTTP 2025-11-25', 'HTTP 2026-07-28', 'stdio 2025-11-25', 'stdio 2026-07-28'] as const;
const UPSTREAMS = ['httplegacy', 'httpmodern', 'stdiolegacy', 'stdiomodern'] as const;
export type Policy = (typeof POLICIES)[number];
export type Front = (typeof FRONTS)[number];
type UpstreamName = (typeof UPSTREAMS)[number];

/** Where the caller's context stands; the ids are of the call. */
export interface Carried {
  readonly what: string;
  readonly header?: 'valid' | 'malformed';
  readonly meta?: 'valid' | 'malformed' | 'number';
  readonly winner: 'header' | 'meta' | 'none';
}

const CARRIED: readonly Carried[] = [
  { what: 'a header', header: 'valid', winner: 'header' },
  { what: '_meta', meta: 'valid', winner: 'meta' },
  { what: 'both, different', header: 'valid', meta: 'valid', winner: 'meta' },
  { what: 'nothing', winner: 'none' },
  { what: 'a malformed header', header: 'malformed', winner: 'none' },
  { what: 'malformed _meta and a header', header: 'valid', meta: 'malformed', winner: 'header' },
  { what: 'a number in _meta and a header', header: 'valid', meta: 'number', winner: 'header' },
  { what: 'malformed _meta', meta: 'malformed', winner: 'none' },
];

export interface Cell {
  readonly policy: Policy;
  readonly front: Front;
  readonly carried: Carried;
  readonly upstream: UpstreamName;
}

/** A header cannot come over standard streams. */
export const CELLS: readonly Cell[] = POLICIES.flatMap((policy) =>
  FRONTS.flatMap((front) =>
    CARRIED.filter(({ header }) => header === undefined || !front.startsWith('stdio')).flatMap((carried) =>
      UPSTREAMS.map((upstream) => ({ policy, front, carried, upstream })),
    ),
  ),
);

/** One span of a caller. */
export interface Ids {
  readonly traceId: string;
  readonly spanId: string;
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
export const newIds = (): Ids => ({ traceId: hex(16), spanId: hex(8) });
export const toParent = ({ traceId, spanId }: Ids): string => `00-${traceId}-${spanId}-01`;
const MALFORMED = '00-zzzz-1-01';

export function headerOf({ header }: Carried, ids: Ids): Readonly<Record<string, string>> {
  if (header === undefined) {
    return {};
  }
  return { traceparent: header === 'valid' ? toParent(ids) : MALFORMED, baggage: 'secret=1' };
}

export function metaOf({ meta }: Carried, ids: Ids): Json {
  const values = { valid: toParent(ids), malformed: MALFORMED, number: 7 };
  return meta === undefined ? {} : { traceparent: values[meta], baggage: 'secret=1' };
}
