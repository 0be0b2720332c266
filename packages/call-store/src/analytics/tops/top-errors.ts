import { memoize } from '@dcc-mcp/bounds';
import type { ErrorKind, Outcome } from '@dcc-mcp/semantic-conventions';
import { messageHash } from '../../query/values/message-hash.ts';
import type { CallRow } from '../../rows/call-row.ts';
import type { RowColumns } from '../columns/row-columns.ts';
import { type Culprit, culpritOf } from '../root-cause.ts';

/** Calls that failed the same way: of one outcome, one kind of error, and messages that differ in their values alone. */
export interface TopError {
  /** With `error.kind` and `error.message_hash` a query of it gives exactly these calls. */
  readonly outcome: Outcome;
  readonly kind: ErrorKind;
  /** Of `messageHash`. */
  readonly message_hash: string;
  /** What the newest of them said. */
  readonly message: string;
  readonly who: Culprit;
  readonly count: number;
  /** How many different tools they called. */
  readonly tools: number;
  /** When the oldest and the newest of them were. */
  readonly first_at: string;
  readonly last_at: string;
}

/** A failed call, and the place of its message and its tool among the different ones. */
interface FailedCall extends Pick<TopError, 'outcome' | 'kind' | 'message' | 'who'> {
  readonly hash: string;
  readonly tool: number;
  readonly at: number;
}

interface ErrorGroup {
  /** The newest of them. */
  newest: FailedCall;
  firstAt: number;
  count: number;
  readonly tools: Set<number>;
}

const MAX_TOP_ERRORS = 10;

/** Who looks at statistics asks for them every few seconds, mostly of the same rows: as many as a history keeps by default. */
const hashOf = memoize(messageHash, 5_000);

/** The ten that most calls ended with; of as many the one that came last goes first. */
export function topErrorsOf(calls: RowColumns<CallRow>): readonly TopError[] {
  const groups = new Map<string, ErrorGroup>();
  for (const call of failedCalls(calls)) {
    const key = `${call.outcome} ${call.kind} ${call.hash}`;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { newest: call, firstAt: call.at, count: 1, tools: new Set([call.tool]) });
    } else {
      addTo(group, call);
    }
  }
  return [...groups.values()].toSorted(mostFirst).slice(0, MAX_TOP_ERRORS).map(toTopError);
}

function* failedCalls(calls: RowColumns<CallRow>): Generator<FailedCall> {
  const outcomes = calls.values('outcome');
  const culprits = outcomes.different.map((outcome) => outcome && culpritOf(outcome));
  const kinds = calls.errors('kind');
  const messages = calls.errors('message');
  // Once for each: most calls that fail say the same.
  const hashes = messages.different.map((message) => (message === undefined ? undefined : hashOf(message)));
  const tools = calls.values('tool');
  const times = calls.times();
  for (let row = 0; row < calls.rows; row += 1) {
    const place = messages.places[row] ?? 0;
    const [message, hash] = [messages.different[place], hashes[place]];
    const kind = kinds.different[kinds.places[row] ?? 0];
    const outcome = outcomes.different[outcomes.places[row] ?? 0];
    const who = culprits[outcomes.places[row] ?? 0];
    if (
      message !== undefined &&
      hash !== undefined &&
      kind !== undefined &&
      outcome !== undefined &&
      who !== undefined
    ) {
      yield { outcome, kind, message, who, hash, tool: tools.places[row] ?? 0, at: times[row] ?? Number.NaN };
    }
  }
}

function addTo(group: ErrorGroup, call: FailedCall): void {
  group.count += 1;
  group.tools.add(call.tool);
  group.firstAt = Math.min(group.firstAt, call.at);
  const { at, message } = group.newest;
  // Rows come in no order: of those of one millisecond it is always the same one.
  if (call.at > at || (call.at === at && call.message < message)) {
    group.newest = call;
  }
}

function mostFirst(one: ErrorGroup, other: ErrorGroup): number {
  return (
    other.count - one.count ||
    other.newest.at - one.newest.at ||
    (`${one.newest.outcome} ${one.newest.message}` < `${other.newest.outcome} ${other.newest.message}` ? -1 : 1)
  );
}

function toTopError({ newest, firstAt, count, tools }: ErrorGroup): TopError {
  const { outcome, kind, hash, message, who, at } = newest;
  const times = { first_at: new Date(firstAt).toISOString(), last_at: new Date(at).toISOString() };
  return { outcome, kind, message_hash: hash, message, who, count, tools: tools.size, ...times };
}
