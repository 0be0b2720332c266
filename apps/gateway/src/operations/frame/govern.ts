import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { DenialReason, PolicyOperation } from '../../governance/policy.ts';
import type { PolicyFacts } from '../../recording/record/operation-trail.ts';
import type { RunningOperation } from './core.ts';
import type { OperationError } from './operation-error.ts';
import { type Permission, Permissions } from './permissions.ts';

/** Why governance refused an operation: label of `dcc_mcp_gateway_calls_rejected_total`. */
export type RefusalReason = DenialReason | 'quota' | 'concurrency';

/** An operation that may not go on. */
export interface Refusal {
  readonly error: OperationError;
  readonly reason: RefusalReason;
}

/** An operation that may go on; `leave` ends it. */
export type Admission = { readonly ok: true; leave(): void } | { readonly ok: false; readonly refusal: Refusal };

/** The admission of what is not limited. */
const FREE_ADMISSION: Admission = { ok: true, leave: () => {} };
/** How long a caller with too many operations at once should wait: about as long as one of them takes. */
const CONCURRENCY_RETRY_SECS = 1;

/** Whether there is a limit that operations are counted against: else none is asked for its admission. */
export function isLimited({ core: { governance } }: RunningOperation): boolean {
  return governance.quotas !== undefined || governance.concurrency !== undefined;
}

/** Counts the operation against the caller's rate and concurrency. */
export async function admit(running: RunningOperation): Promise<Admission> {
  const { quotas, concurrency } = running.core.governance;
  const principal = principalOf(running);
  const onError = (error: unknown): never => fail(running, error);
  const decision = quotas && (await quotas.consume(principal).catch(onError));
  if (decision?.outcome === 'throttled') {
    return throttled(running, 'quota', decision.retryAfterSecs);
  }
  const leave = concurrency && (await concurrency.enter(principal).catch(onError));
  if (concurrency !== undefined && leave === undefined) {
    return throttled(running, 'concurrency', CONCURRENCY_RETRY_SECS);
  }
  notePolicy(running, { outcome: 'allowed' });
  return leave === undefined ? FREE_ADMISSION : { ok: true, leave };
}

/** Whom limits count an operation for. */
export function principalOf({ caller: { ctx } }: Pick<RunningOperation, 'caller'>): string {
  return ctx.agent.auth_subject ?? ctx.sourceIp ?? 'local';
}

/** Notes what policy or a limit said, for the span and the rows of the operation. */
export function notePolicy({ span, trail }: RunningOperation, facts: PolicyFacts): void {
  span.setPolicy(facts);
  if (trail !== undefined) {
    trail.policy = facts;
  }
}

function throttled(running: RunningOperation, reason: 'quota' | 'concurrency', retryAfterSeconds: number): Admission {
  notePolicy(running, { outcome: 'throttled', reason });
  running.core.governance.noteThrottled();
  const what = reason === 'quota' ? 'Too many requests' : 'Too many requests at once';
  const message = `${what}; try again in ${retryAfterSeconds} s`;
  return { ok: false, refusal: { reason, error: { kind: 'throttled', message, retryAfterSeconds } } };
}

/** A check that can't be made lets nothing through: the operation fails as well. */
export function fail({ core, span }: RunningOperation, error: unknown): never {
  core.recorder.record({ kind: 'failed-check', span });
  throw error;
}

/** What the caller of an operation may see and use. */
export function permissionsOf({ core, caller }: Pick<RunningOperation, 'core' | 'caller'>): Permissions {
  return new Permissions(core, caller.scope);
}

/** Asks policy and scope whether `operation` may touch `record`. */
export function checkPolicy(
  running: RunningOperation,
  operation: PolicyOperation,
  record: ToolRecord,
): Refusal | undefined {
  return checkPermission(running, operation, (permissions) => permissions.tool(record, operation));
}

type Ask = (permissions: Permissions) => Permission;

/** Asks whether `operation` may do what it is about to; nothing is asked where nothing is restricted. */
export function checkPermission(running: RunningOperation, operation: PolicyOperation, ask: Ask): Refusal | undefined {
  const refusal = checkOnTheWay(running, operation, ask);
  if (refusal === undefined && permissionsOf(running).areRestricted) {
    notePolicy(running, { outcome: 'allowed' });
  }
  return refusal;
}

/** The same before it is known what the operation means: a yes decides nothing yet. */
export function checkOnTheWay(running: RunningOperation, operation: PolicyOperation, ask: Ask): Refusal | undefined {
  const permissions = permissionsOf(running);
  if (!permissions.areRestricted) {
    return undefined;
  }
  const decision = decide(running, () => ask(permissions));
  if (decision.outcome === 'allowed') {
    return undefined;
  }
  const { reason, message } = decision;
  notePolicy(running, { outcome: 'denied', reason });
  const policy = { outcome: 'denied', reason, operation, message };
  // The scope of a credential is an allowlist of dcc types, and is counted as one.
  const counted = reason === 'dcc-scope' ? 'dcc-allowlist' : reason;
  return { reason: counted, error: { kind: 'policy-denied', message, policy } };
}

function decide(running: RunningOperation, ask: () => Permission): Permission {
  try {
    return ask();
  } catch (error) {
    return fail(running, error);
  }
}
