import type { ErrorKind, Outcome, RankBucket } from '@dcc-mcp/semantic-conventions';
import type { RowIdentity } from './row-identity.ts';

/** Addresses that belong to a row, by name. Who answers adds them: they depend on the address the gateway is asked at. */
export type RowLinks = Readonly<Record<string, string>>;

/** How a row went, in one word. */
export type RowStatus = 'ok' | 'err';

/** What went wrong. */
export interface RowError {
  readonly kind: ErrorKind;
  /** At most 256 bytes, redacted. */
  readonly message: string;
  /** Of `messageHash`: the same for messages that differ in their values alone. Who answers adds it. */
  readonly message_hash?: string;
  /** True when the same request may succeed later and can't have run. */
  readonly retryable: boolean;
}

/** The search that a call followed. */
export interface CallSearch {
  readonly search_id: string;
  /** From 1; absent where the tool was no hit of the search. */
  readonly selected_rank?: number;
  readonly score?: number;
  readonly rank_bucket: RankBucket;
}

/** What the policy said to a call; absent where it was not asked. */
export interface CallPolicy {
  readonly outcome: 'allowed' | 'denied' | 'throttled';
  readonly reason?: string;
}

/**
 * One call of a tool: a line of `audit.jsonl`. There is one for each that `dcc_mcp_tool_calls_total` counts.
 * Durations are milliseconds; queue, gateway and upstream add up to the duration.
 */
export interface CallRow extends RowIdentity {
  readonly operation: 'call';
  /** Place in its batch, from 0. */
  readonly batch_index?: number;
  /** The slug; `_unknown` where there is none. */
  readonly tool: string;
  /** `maya__create_sphere`: the metric label. */
  readonly tool_label: string;
  readonly backend_tool?: string;
  readonly dcc_type?: string;
  readonly instance_id?: string;
  readonly skill_name?: string;
  readonly outcome: Outcome;
  /** True for the outcomes ok and late_ok. */
  readonly success: boolean;
  readonly status: RowStatus;
  readonly error?: RowError;
  readonly duration_ms: number;
  readonly queue_ms?: number;
  readonly gateway_ms?: number;
  readonly upstream_ms?: number;
  readonly retries?: number;
  /** Bytes of the arguments. */
  readonly input_bytes: number;
  /** Bytes of the upstream's result. */
  readonly output_bytes: number;
  /** Estimates: a quarter of the bytes, rounded up. */
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly search?: CallSearch;
  readonly policy?: CallPolicy;
  readonly job_id?: string;
  readonly links?: RowLinks;
}

/** Estimated tokens of so many bytes: a quarter, rounded up. */
export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / 4);
}
