import type { RowIdentity } from '../rows/row-identity.ts';

/** What the steps of a workflow have in common. */
export const GROUP_KINDS = ['session', 'turn', 'trace', 'request'] as const;
/** One of {@link GROUP_KINDS}. */
export type GroupKind = (typeof GROUP_KINDS)[number];

/** Rows of one workflow, in the order that they came in. */
export interface RowGroup<Entry> {
  readonly kind: GroupKind;
  /** Unique among groups. */
  readonly id: string;
  readonly entries: readonly Entry[];
}

/**
 * Each row in exactly one group: of its session and turn, else of its session, else of its trace where others share it,
 * else of the first request of its chain of parents. A session that only names the trace is none.
 */
export function groupRows<Entry extends { readonly row: RowIdentity }>(
  entries: readonly Entry[],
): readonly RowGroup<Entry>[] {
  const chains = new Chains(entries.map(({ row }) => row));
  const groups = new Map<string, { readonly kind: GroupKind; readonly id: string; readonly entries: Entry[] }>();
  for (const entry of entries) {
    const [kind, ...ids] = keyOf(entry.row, chains);
    const key = JSON.stringify([kind, ...ids]);
    const group = groups.get(key) ?? { kind, id: [kind, ...ids].join(':'), entries: [] };
    group.entries.push(entry);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function keyOf(row: RowIdentity, chains: Chains): readonly [GroupKind, ...string[]] {
  const { session_id: session, session_source: source, turn_id: turn, trace_id: trace } = row;
  if (session !== undefined && source !== 'trace') {
    return turn === undefined ? ['session', session] : ['turn', session, turn];
  }
  const root = chains.rootOf(row);
  return root === undefined ? ['trace', trace] : ['request', root];
}

/** Who asked on behalf of whom, among rows that nothing else holds together. */
class Chains {
  readonly #requests = new Map<string, RowIdentity>();
  readonly #rowsOfTrace = new Map<string, number>();
  readonly #roots = new Set<string>();
  /** Of each request that was climbed past. */
  readonly #rootOf = new Map<string, string>();

  constructor(rows: readonly RowIdentity[]) {
    for (const row of rows) {
      this.#requests.set(row.request_id, row);
      this.#rowsOfTrace.set(row.trace_id, (this.#rowsOfTrace.get(row.trace_id) ?? 0) + 1);
    }
    for (const row of rows) {
      if (this.#isAlone(row) && row.parent_request_id !== undefined) {
        this.#roots.add(this.#climb(row));
      }
    }
  }

  /** The first request of the chain of a row; absent where it belongs to none. */
  rootOf(row: RowIdentity): string | undefined {
    if (!this.#isAlone(row)) {
      return undefined;
    }
    if (row.parent_request_id !== undefined) {
      return this.#climb(row);
    }
    return this.#roots.has(row.request_id) ? row.request_id : undefined;
  }

  #isAlone({ trace_id: trace, session_id: session, session_source: source }: RowIdentity): boolean {
    return (session === undefined || source === 'trace') && this.#rowsOfTrace.get(trace) === 1;
  }

  /** Up to a request that names no parent, or whose parent is not retained; of a ring, the least of its ids. */
  #climb(row: RowIdentity): string {
    const way = new Set<string>();
    let current = row.request_id;
    while (!this.#rootOf.has(current) && !way.has(current)) {
      way.add(current);
      current = this.#requests.get(current)?.parent_request_id ?? current;
    }
    const root = this.#rootOf.get(current) ?? leastBehind(way, current);
    for (const id of way) {
      this.#rootOf.set(id, root);
    }
    return root;
  }
}

/** Of the ids from `first` on: the last one alone, or the ring that the way ran into. */
function leastBehind(way: ReadonlySet<string>, first: string): string {
  const ids = [...way];
  return ids.slice(ids.indexOf(first)).reduce((a, b) => (a < b ? a : b));
}
