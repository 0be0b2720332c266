import type { TraceOperation, TracePayload } from '@dcc-mcp/call-store';
import { asObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { toPreview } from './preview.ts';

const MAX_SUBJECT_BYTES = 120;

/** Where the input of an operation says what it is about: several members are told together. */
const MEMBERS: Readonly<Partial<Record<TraceOperation, readonly string[]>>> = {
  search: ['query', 'or_queries'],
  describe: ['tool_slug'],
  load_skill: ['skill_names'],
};

/**
 * What a request without a tool was about, out of its redacted input: the words of a search, the skills to load, the slug that
 * no tool has. Absent where the input is not kept, or was cut.
 */
export function subjectOf(operation: TraceOperation, input: TracePayload | undefined): string | undefined {
  const members = MEMBERS[operation];
  if (members === undefined || input === undefined || input.truncated) {
    return undefined;
  }
  const given = parsed(input.content);
  const words = members.flatMap((member) => given[member] ?? []).filter((word) => typeof word === 'string');
  return words.length === 0 ? undefined : toPreview(words.join(' | '), MAX_SUBJECT_BYTES);
}

/** Redaction leaves JSON; a text of another writer may be anything. */
function parsed(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text)) ?? {};
  } catch {
    return {};
  }
}
