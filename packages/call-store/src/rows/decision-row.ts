import type { RowIdentity } from './row-identity.ts';
import type { TraceOperation } from './trace-row.ts';

/** What governance can decide. */
export const DECISION_OUTCOMES = ['allowed', 'denied', 'throttled', 'failed'] as const;

/** What governance decided about one operation. */
export interface DecisionRow extends RowIdentity {
  readonly operation: TraceOperation;
  readonly tool?: string;
  readonly dcc_type?: string;
  readonly outcome: (typeof DECISION_OUTCOMES)[number];
  /** A word of a closed set: `read-only`, `quota`, … */
  readonly reason?: string;
  /** At most 256 bytes. */
  readonly message?: string;
  readonly duration_ms: number;
}
