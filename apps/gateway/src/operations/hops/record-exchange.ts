import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { SpanContext } from '@opentelemetry/api';
import type { HopFailure, Upstream } from '../../upstream/upstream.ts';
import type { OperationCore } from '../frame/core.ts';
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
