import type { RowKind } from '../store/row-kinds.ts';

/** The streams: one for each list, one for traces that failed or were slow, and one for what followed searches. */
export const SHARED_STREAMS = [
  'calls',
  'traces',
  'kept_traces',
  'searches',
  'followups',
  'decisions',
  'events',
  'activity',
] as const;
/** One of {@link SHARED_STREAMS}. */
export type SharedStream = (typeof SHARED_STREAMS)[number];

/** The streams that a list lies in. */
export function streamsOf(kind: RowKind): readonly SharedStream[] {
  return kind === 'traces' ? ['traces', 'kept_traces'] : kind === 'searches' ? ['searches', 'followups'] : [kind];
}

/** The list that the rows of a stream belong to; absent for what is no row. */
export function kindOf(stream: SharedStream): RowKind | undefined {
  return stream === 'kept_traces' ? 'traces' : stream === 'followups' ? undefined : stream;
}
