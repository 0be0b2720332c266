import type { RingUsage } from '@dcc-mcp/call-store';
import { AdminRefusal } from './admin-request.ts';

const MAX_SHOWN_ID = 128;

/** Where an id was looked for. */
export interface LookedThrough {
  /** What it might have been: `row id or trace id`. */
  readonly names: string;
  /** The rows that are there, in words. */
  readonly among: string;
  /** The lists. */
  readonly lists: readonly string[];
  readonly rings: readonly RingUsage[];
  /** What to do instead, one sentence. */
  readonly advice: string;
}

/** The refusal of an id that no row has (any more): it says where it was looked for, and how far back that reaches. */
export function unknownId(id: string, { names, among, lists, rings, advice }: LookedThrough): AdminRefusal {
  const [oldest] = rings
    .map(({ oldest_retained: time }) => time)
    .filter((time) => time !== undefined)
    .toSorted();
  const reach = oldest === undefined ? 'none is retained' : `the oldest retained one is of ${oldest}`;
  const shown = id.slice(0, MAX_SHOWN_ID);
  return new AdminRefusal({
    status: 404,
    kind: 'unknown-trace',
    message: `No ${names} "${shown}" among the ${among}; ${reach}`,
    advice,
    details: {
      looked_for: shown,
      looked_in: lists.join(', '),
      ...(oldest === undefined ? {} : { oldest_retained: oldest }),
    },
  });
}
