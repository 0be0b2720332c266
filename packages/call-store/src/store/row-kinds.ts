import type { CallRow } from '../rows/call-row.ts';
import type { DecisionRow } from '../rows/decision-row.ts';
import type { ActivityRow, ContentionEvent } from '../rows/event-rows.ts';
import type { SearchRow } from '../rows/search-row.ts';
import type { Trace, TraceRow } from '../rows/trace-row.ts';

/** What is kept, by the name of its list. */
export interface RowKinds {
  readonly calls: CallRow;
  readonly traces: Trace;
  readonly searches: SearchRow;
  readonly decisions: DecisionRow;
  readonly events: ContentionEvent;
  /** The feed. Only what is in no other list is appended to it: session events, the health of exporters, settings. */
  readonly activity: ActivityRow;
}

/** One of the lists. */
export type RowKind = keyof RowKinds;

/** What a list shows of each row: of a trace all but spans and payloads. */
export interface ListedRows extends Omit<RowKinds, 'traces'> {
  readonly traces: TraceRow;
}

/** The lists, in the order of {@link RowKinds}. */
export const ROW_KINDS: readonly RowKind[] = ['calls', 'traces', 'searches', 'decisions', 'events', 'activity'];
