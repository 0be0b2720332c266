import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { SpanContext } from '@opentelemetry/api';
import { failed, type FailedHop } from '../../upstream/hop/failures.ts';
import type { HopFailure, Upstream } from '../../upstream/upstream.ts';
import type { OperationCore } from '../frame/core.ts';
import { outcomeOfError } from '../frame/operation-error.ts';
import { transportOf } from './hop.ts';

/** How one exchange with an upstream ended. */
export interface EndedExchange {
  readonly method: string;
  /** Metric label of the tool that was called, if one was. */
  readonly tool?: string | undefined;
  readonly outcome: Outcome;
  /** Absent where the upstream is not to blame. */
  readonly failure: HopFailure | undefined;
  /** On the clock of the core; absent where it never left the queue. */
  readonly sentAt: number | undefined;
  /** The span of the operation that it is a part of; absent where it is of none. */
  readonly span?: SpanContext | undefined;
}

/** Records an exchange that is no tool call of a client: those are told by their operations. */
export function recordExchange(
  { recorder, now }: Pick<OperationCore, 'recorder' | 'now'>,
  { settings }: Upstream,
  { method, tool, outcome, failure, sentAt, span }: EndedExchange,
): void {
  recorder.record({
    kind: 'exchange',
    method,
    tool,
    transport: transportOf(settings),
    outcome,
    backendErrorKind: failure?.backendErrorKind,
    durationSeconds: sentAt === undefined ? undefined : (now() - sentAt) / 1000,
    span,
  });
}

/** Why nobody can tell yet whether there is what was asked for; each such answer is an error of the upstreams that still start. */
export interface NotReady extends Pick<EndedExchange, 'method' | 'span'> {
  readonly message: string;
}

/** Records that upstreams still start which may have it. @returns As what that ends. */
export function recordNotReady(
  core: Pick<OperationCore, 'recorder' | 'now'>,
  [first]: readonly Upstream[],
  { message, ...of }: NotReady,
): FailedHop {
  const hop = failed('not-ready', message, { backendErrorKind: 'booting' });
  if (first !== undefined) {
    const { failure } = hop;
    recordExchange(core, first, { ...of, outcome: outcomeOfError(failure), failure, sentAt: undefined });
  }
  return hop;
}
