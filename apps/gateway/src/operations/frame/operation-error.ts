import { type ErrorDescription, factsOfKind } from '@dcc-mcp/request-context';
import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { OperationCore } from './core.ts';

/** Why an operation did not do what was asked; `toErrorBody` of request-context gives its wire form. */
export type OperationError = ErrorDescription;

/** What the caller is told of something that should not have been thrown; the operator is told of the thing itself. */
export function internalError({ onError }: Pick<OperationCore, 'onError'>, error: unknown): OperationError {
  onError(error);
  return { kind: 'internal', message: 'The gateway failed; report the request_id to its operator' };
}

/** The outcome word of the operation that ended with it. */
export function outcomeOfError({ kind, detail }: OperationError): Outcome {
  return factsOfKind(kind, detail).outcome;
}

/** The status with which REST answers it. */
export function httpStatusOfError({ kind, detail }: OperationError): number {
  return factsOfKind(kind, detail).httpStatus;
}
