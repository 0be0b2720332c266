import type { Operation, Outcome, RejectionReason } from '@dcc-mcp/semantic-conventions';
import type { Route, ValidationFacts } from '@dcc-mcp/workflow-spans';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { PolicyOperation } from '../../governance/policy.ts';
import type { CallTiming, OperationDetails } from '../../recording/record/finished.ts';
import type { SearchFollowUp } from '../../search/memory/search-memory.ts';
import type { HopFailure } from '../../upstream/upstream.ts';
import type { OperationCore, RunningOperation } from './core.ts';
import type { OperationError } from './operation-error.ts';

/** A request as its surface read it, or what is wrong with it: the message of a `bad-request`, naming each field. */
export type ParsedRequest<Request> =
  | { readonly ok: true; readonly value: Request }
  | {
      readonly ok: false;
      readonly message: string;
      /** As far as it can be read. A wrong request that says what it means is admitted and counted as a right one is. */
      readonly request?: Request;
    };

/** What a request means, or why it means nothing that is there. */
export type Resolution<Target> =
  | {
      readonly ok: true;
      readonly target: Target;
      /** The tool that policy judges; absent where it judges otherwise, or nothing. */
      readonly record?: ToolRecord;
    }
  | {
      readonly ok: false;
      readonly error: OperationError;
      /** What the span can say of it all the same. */
      readonly route: Route;
      /** Absent where no upstream was the reason. */
      readonly failure?: HopFailure;
      /** Why policy refused to look any further; absent where it did not. */
      readonly rejection?: RejectionReason;
    };

/** What came of the work of an operation. An error may stand beside a value: a tool that failed has answered. */
export interface Ending<Value> {
  readonly value?: Value | undefined;
  readonly error?: OperationError | undefined;
  readonly failure?: HopFailure | undefined;
  readonly timing?: CallTiming | undefined;
  readonly rejection?: RejectionReason | undefined;
  /** What the check of a call's arguments did beside refusing. */
  readonly validation?: ValidationFacts | undefined;
}

/** How an operation ended, for its surface. */
export interface OperationEnd<Value> extends Ending<Value> {
  readonly outcome: Outcome;
  readonly durationMillis: number;
  /** The tool that was meant, where there is one. */
  readonly record: ToolRecord | undefined;
}

/** How an operation ended, for its record. */
export interface EndedOperation<Request, Target, Value> extends OperationEnd<Value> {
  /** Absent for one that could not be read. */
  readonly request: Request | undefined;
  /** Absent for one that was refused before it was resolved. */
  readonly target: Target | undefined;
}

/**
 * One workflow operation: what is its own. What all have in common — span, admission, policy, errors, record — is done
 * by `runOperation`, in this order: admit, resolve, ask the policy, run, record.
 */
export interface OperationDefinition<Request, Target, Value> {
  readonly operation: Operation;
  /** False where quota and concurrency count its parts instead. */
  readonly isAdmitted: boolean;
  /** What the policy is asked about the tool it resolves to; absent where it asks by itself, or there is nothing to ask. */
  readonly policy?: PolicyOperation;
  /** True where an answer that nobody waits for any more ends it as `late_ok`. */
  readonly canBeLate: boolean;
  /** Reads a body or the arguments of a tool. */
  parse(body: unknown): ParsedRequest<Request>;
  /** What the span says that is asked for, in the words of the caller; agent context never is content. */
  spanInput(request: Request): unknown;
  /** What the span says of a request before it is resolved. */
  spanRoute?(request: Request): Route;
  /** The tool that a request names which is refused before it is resolved: it counts for that tool. */
  named?(request: Request, core: OperationCore): { readonly record: ToolRecord | undefined; readonly route: Route };
  resolve(request: Request, running: RunningOperation): Resolution<Target> | Promise<Resolution<Target>>;
  /** Does the work. May throw: then the operation ends as `internal`. */
  run(target: Target, running: RunningOperation): Promise<Ending<Value>>;
  /** What the span says that was answered; absent: the value itself. */
  spanOutput?(value: Value): unknown;
  /** What was used of the search that the caller names; absent where it follows none. */
  follows?(ended: EndedOperation<Request, Target, Value>): Omit<SearchFollowUp, 'searchId' | 'principal'>;
  /** What only this operation has to record. */
  details(
    ended: EndedOperation<Request, Target, Value>,
    running: RunningOperation,
  ): OperationDetails | Promise<OperationDetails>;
}
