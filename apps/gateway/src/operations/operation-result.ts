import type { OperationError } from './operation-error.ts';

/** What an operation gives, or why it does not. */
export type OperationResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: OperationError };
