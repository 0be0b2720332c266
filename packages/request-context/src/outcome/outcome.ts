import {
  ERROR_KIND_FACTS,
  type ErrorKind,
  type ErrorKindFacts,
  INSTANCE_NEVER_REGISTERED,
  type Outcome,
} from '@dcc-mcp/semantic-conventions';
import { parseJson } from '../agent/agent-fields.ts';
import { isRecord } from '../carriers/carrier-input.ts';

/** Finer than the kind, where the kind alone does not decide: `instance-offline` of an instance that never was. */
export type ErrorKindDetail = 'never-registered';

/** What `kind` means: outcome, HTTP status, whether to send again, what to do next. */
export function factsOfKind(kind: ErrorKind, detail?: ErrorKindDetail): ErrorKindFacts {
  return kind === 'instance-offline' && detail === 'never-registered'
    ? INSTANCE_NEVER_REGISTERED
    : ERROR_KIND_FACTS[kind];
}

/** The outcome word of an error kind. */
export function outcomeOfKind(kind: ErrorKind, detail?: ErrorKindDetail): Outcome {
  return factsOfKind(kind, detail).outcome;
}

/** `success` for ok and late_ok, else `error`: the `status` of metrics and rows. */
export function statusOfOutcome(outcome: Outcome): 'success' | 'error' {
  return outcome === 'ok' || outcome === 'late_ok' ? 'success' : 'error';
}

const SPAN_ERRORS: ReadonlySet<Outcome> = new Set([
  'tool_error',
  'protocol_error',
  'timeout',
  'backend_unreachable',
  'host_busy',
  'host_died',
  'internal',
]);

/**
 * Status of a workflow span: ok, error for what went wrong on our side or behind us, unset for the caller's own faults, for
 * cancellation and for late answers.
 */
export function spanStatusOfOutcome(outcome: Outcome): 'ok' | 'error' | 'unset' {
  if (outcome === 'ok') {
    return 'ok';
  }
  return SPAN_ERRORS.has(outcome) ? 'error' : 'unset';
}

/**
 * True when a tool's result (MCP `CallToolResult`) says that the tool failed: `isError: true`, or a top-level boolean
 * `success: false` in `structuredContent`, or, without structured content, in a sole text block that is a JSON object.
 */
export function toolFailure(result: unknown): boolean {
  if (!isRecord(result)) {
    return false;
  }
  if (result['isError'] === true) {
    return true;
  }
  const structured = result['structuredContent'];
  if (structured !== undefined && structured !== null) {
    return saysFailure(structured);
  }
  const text = soleText(result['content']);
  return text !== undefined && maySayFailure(text) && saysFailure(parseJson(text));
}

/** Parsing every text would cost more than the rest of the call: look for its words first, of which the key may be escaped. */
function maySayFailure(text: string): boolean {
  return text.includes('false') && (text.includes('"success"') || text.includes('\\u')) && /^\s*\{/.test(text);
}

function saysFailure(value: unknown): boolean {
  return isRecord(value) && Object.hasOwn(value, 'success') && value['success'] === false;
}

function soleText(content: unknown): string | undefined {
  if (!Array.isArray(content) || content.length !== 1) {
    return undefined;
  }
  const block: unknown = content[0];
  const text = isRecord(block) && block['type'] === 'text' ? block['text'] : undefined;
  return typeof text === 'string' ? text : undefined;
}
