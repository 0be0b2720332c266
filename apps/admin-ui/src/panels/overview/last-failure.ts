// Since when no call has failed, as far as anybody can know.
import type { CallRow } from '@dcc-mcp/call-store';

/** What is known of it. */
export interface FailureSources {
  /** The calls that failed, the newest first, and how many calls were let go. */
  readonly failed: { readonly calls: readonly Pick<CallRow, 'row_id' | 'timestamp'>[]; readonly dropped?: number };
  /** From when on calls are kept, RFC 3339; absent where none is. */
  readonly keptSince?: string | undefined;
  /** When the gateway was started, in milliseconds since the epoch, by its own clock. */
  readonly startedAt: number;
}

/** Health and statistics are asked for at different times. */
const START_SLACK_MILLIS = 10_000;

/** The last failed call that is kept; else from when on none failed, where that is not the start of the gateway. */
export type LastFailure =
  | { readonly kind: 'call'; readonly id: string; readonly at: string }
  | { readonly kind: 'kept'; readonly since: string }
  | { readonly kind: 'start' };

export function lastFailure({ failed, keptSince, startedAt }: FailureSources): LastFailure {
  const [last] = failed.calls;
  if (last !== undefined) {
    return { kind: 'call', id: last.row_id, at: last.timestamp };
  }
  // What is kept reaches less far back where calls were let go, and farther where they lie on disk.
  const isLess = (failed.dropped ?? 0) > 0;
  return keptSince !== undefined && (isLess || Date.parse(keptSince) < startedAt - START_SLACK_MILLIS)
    ? { kind: 'kept', since: keptSince }
    : { kind: 'start' };
}
