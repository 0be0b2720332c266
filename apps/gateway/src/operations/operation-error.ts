import { type ErrorDescription, factsOfKind } from '@dcc-mcp/request-context';
import type { Outcome } from '@dcc-mcp/semantic-conventions';

/** Why an operation did not do what was asked; `toErrorBody` of request-context gives its wire form. */
export type OperationError = ErrorDescription;

/** The outcome word of the operation that ended with it. */
export function outcomeOfError({ kind, detail }: OperationError): Outcome {
  return factsOfKind(kind, detail).outcome;
}

/** The status with which REST answers it. */
export function httpStatusOfError({ kind, detail }: OperationError): number {
  return factsOfKind(kind, detail).httpStatus;
}
