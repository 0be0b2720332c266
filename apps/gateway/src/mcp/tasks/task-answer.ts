import type { OperationEnd } from '../../operations/frame/operation-definition.ts';
import type { TaskAnswer } from '../../operations/jobs/kept-result.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { ERROR_INTERNAL } from '../../protocol/mcp-protocol.ts';

/**
 * What a task ends with: what the tool answered, also where it says that it failed; else the error of the protocol
 * (SEP-2663, "Error semantics").
 *
 * @param toResult Makes the result of a call that was answered; default: the upstream's own.
 */
export function toTaskAnswer(
  end: OperationEnd<RawJson>,
  toResult?: (end: OperationEnd<RawJson>) => RawJson,
): TaskAnswer {
  const { value, error, failure } = end;
  if (value !== undefined) {
    return { result: toResult?.(end) ?? value };
  }
  if (failure?.rpcError !== undefined) {
    return { error: failure.rpcError };
  }
  const { kind, message } = error ?? { kind: 'internal', message: 'No result and no error' };
  return { error: { code: ERROR_INTERNAL, message, data: { kind } } };
}
