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
  /** A row of another list tells of it: it was here. */
  readonly wasHere?: boolean;
  /** What to do instead, one sentence. */
  readonly advice: string;
}

/** What keeps more rows than are there. */
const KEEPS_MORE =
  'Keep more traces with DCC_MCP_ADMIN_TRACES, or calls and traces on disk with DCC_MCP_GATEWAY_AUDIT_DIR and DCC_MCP_GATEWAY_AUDIT_INDEX_MAX_BYTES.';

/** The refusal of an id that no row has (any more): it says where it was looked for, and how far back that reaches. */
export function unknownId(id: string, looked: LookedThrough): AdminRefusal {
  const { names, among, lists, rings, wasHere = false, advice } = looked;
  const oldest = timesOf(rings).at(0);
  // What is newer than the oldest row of each ring that let rows go is there.
  const completeSince = timesOf(rings.filter(({ dropped }) => dropped > 0)).at(-1);
  const reach = oldest === undefined ? 'none is retained' : `the oldest retained one is of ${oldest}`;
  const older = completeSince === undefined ? '' : `; all since ${completeSince} are retained, older ones were let go`;
  const shown = id.slice(0, MAX_SHOWN_ID);
  const isGone = wasHere || completeSince !== undefined;
  return new AdminRefusal({
    status: 404,
    kind: 'unknown-trace',
    message: `No ${names} "${shown}" among the ${among}${wasHere ? ' any more' : ''}; ${reach}${older}`,
    advice: isGone ? KEEPS_MORE : advice,
    details: {
      looked_for: shown,
      looked_in: lists.join(', '),
      ...(oldest === undefined ? {} : { oldest_retained: oldest }),
      ...(completeSince === undefined ? {} : { complete_since: completeSince }),
      ...(wasHere ? { was_here: true } : {}),
    },
  });
}

/** Of the oldest rows, the oldest first. */
function timesOf(rings: readonly RingUsage[]): readonly string[] {
  return rings
    .map(({ oldest_retained: time }) => time)
    .filter((time) => time !== undefined)
    .toSorted();
}

/** How many there are, in words. */
export function counted(count: number, noun: string, nouns: string): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}
