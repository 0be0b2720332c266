import { OPERATIONS, type Operation } from '@dcc-mcp/semantic-conventions';

/** What may be written as content. Everything else is a summary (names, sizes, hashes). */
export interface CapturePolicy {
  /** Operations whose content may be written, redacted. */
  readonly operations: ReadonlySet<Operation>;
  /** Names of the `OPENINFERENCE_HIDE_*` variables that are on; they win over `operations`. */
  readonly hidden: ReadonlySet<string>;
}

/** What `createCapturePolicy` takes. */
export interface CapturePolicyOptions {
  /**
   * `DCC_MCP_CAPTURE_CONTENT`: operations by span name (`gateway.call`) or without its first part (`call`); `*` or `all`
   * for each of them.
   */
  readonly captureContent?: readonly string[];
  /** The environment, for `OPENINFERENCE_HIDE_*`; only `true` (any case) is true. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What OpenInference writes in place of a hidden value. */
export const OPENINFERENCE_REDACTED = '__REDACTED__';

const PREFIX = 'OPENINFERENCE_HIDE_';

/**
 * Reads the capture policy. Nothing given: no content at all.
 *
 * @throws {RangeError} When `captureContent` names an operation there is not.
 */
export function createCapturePolicy(options: CapturePolicyOptions = {}): CapturePolicy {
  const { captureContent = [], env = {} } = options;
  const hidden = Object.keys(env).filter((name) => name.startsWith(PREFIX) && isTrue(env[name]));
  return { operations: new Set(captureContent.flatMap(toOperations)), hidden: new Set(hidden) };
}

function isTrue(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === 'true';
}

function toOperations(name: string): readonly Operation[] {
  const wanted = name.trim().toLowerCase();
  if (wanted === '') {
    return [];
  }
  if (wanted === '*' || wanted === 'all') {
    return OPERATIONS;
  }
  const found = OPERATIONS.filter((operation) => operation === wanted || operation === `gateway.${wanted}`);
  if (found.length > 0) {
    return found;
  }
  throw new RangeError(
    `"${name}" is not an operation whose content can be captured; write one of ${OPERATIONS.join(', ')}, or all`,
  );
}

/** True when inputs of `operation` may be written as they are. */
export function capturesContent(policy: CapturePolicy, operation: Operation): boolean {
  return policy.operations.has(operation);
}

/** `OPENINFERENCE_HIDE_INPUTS`. */
export function hidesInputs(policy: CapturePolicy): boolean {
  return policy.hidden.has('OPENINFERENCE_HIDE_INPUTS');
}

/** `OPENINFERENCE_HIDE_OUTPUTS`. */
export function hidesOutputs(policy: CapturePolicy): boolean {
  return policy.hidden.has('OPENINFERENCE_HIDE_OUTPUTS');
}
