import type { OperationCore } from './core.ts';
import type { OperationError } from './operation-error.ts';

/** What the caller is told of something that should not have been thrown; the operator is told of the thing itself. */
export function internalError(core: OperationCore, defect: unknown): OperationError {
  core.recorder.defect(defect);
  return { kind: 'internal', message: 'The gateway failed; report the request_id to its operator' };
}
