/** What the rows of a route are called: in its answer, in the store, and where their fields are named. */
const ROWS_OF = {
  calls: 'calls',
  traces: 'traces',
  workflows: 'workflows',
  events: 'events',
  activity: 'activity',
  'search-telemetry': 'searches',
  traffic: 'frames',
} as const;

/** A route whose rows are listed. */
export type ListKind = keyof typeof ROWS_OF;

/** What the rows of a route are called. */
export function rowsOf(kind: ListKind): (typeof ROWS_OF)[ListKind] {
  return ROWS_OF[kind];
}

/** Kinds that the gateway streams. */
const TAILED: ReadonlySet<ListKind> = new Set(['calls', 'traces', 'events', 'activity']);

/** Whether what happens can be followed in the list of a route. */
export function isTailed(kind: ListKind): boolean {
  return TAILED.has(kind);
}
