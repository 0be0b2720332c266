import { hash } from 'node:crypto';
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json-rpc.ts';

/** What a model or a person reads of a tool before a call: a change of it is a change of the tool. */
export type ToolDefinition = Readonly<Partial<Record<(typeof PARTS)[number], JsonValue | undefined>>>;

const PARTS = ['title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const;

/** What counts of a tool as its server lists it; `null` is as good as absent. */
export function definitionOf(tool: JsonObject): ToolDefinition {
  return Object.fromEntries(PARTS.flatMap((part) => (isSaid(tool[part]) ? [[part, tool[part]]] : [])));
}

/** The names of what differs. */
export function changedParts(was: ToolDefinition, is: ToolDefinition): readonly string[] {
  return PARTS.filter((part) => canonicalJson(was[part] ?? null) !== canonicalJson(is[part] ?? null));
}

/** SHA-256 in hex; the order of keys does not count, that of lists does. */
export function hashOf(definition: ToolDefinition): string {
  return hash('sha256', canonicalJson(definition));
}

function isSaid(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null;
}

/** Text that is written as it stands. */
class Written {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Deeper values are written without recursion: a server may nest as deep as it likes. */
const MAX_RECURSION = 100;

/** JSON with sorted keys. */
function canonicalJson(value: JsonValue, depth = 0): string {
  if (depth > MAX_RECURSION) {
    return canonicalDeepJson(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map((item: JsonValue) => canonicalJson(item, depth + 1)).join(',')}]`;
  }
  if (!isJsonObject(value)) {
    return JSON.stringify(value);
  }
  const members: string[] = [];
  for (const key of Object.keys(value).toSorted()) {
    const member = value[key];
    if (member !== undefined) {
      members.push(`${JSON.stringify(key)}:${canonicalJson(member, depth + 1)}`);
    }
  }
  return `{${members.join(',')}}`;
}

/** The same with a list of what is left to write in the place of recursion. */
function canonicalDeepJson(whole: JsonValue): string {
  const parts: string[] = [];
  const left: (JsonValue | Written)[] = [whole];
  while (left.length > 0) {
    const value = left.pop() ?? null;
    if (value instanceof Written) {
      parts.push(value.text);
    } else if (Array.isArray(value)) {
      left.push(
        ...between(
          '[',
          value.map((item: JsonValue) => [item]),
          ']',
        ),
      );
    } else if (isJsonObject(value)) {
      const members = Object.keys(value)
        .filter((key) => value[key] !== undefined)
        .toSorted()
        .map((key) => [new Written(`${JSON.stringify(key)}:`), value[key] ?? null]);
      left.push(...between('{', members, '}'));
    } else {
      parts.push(JSON.stringify(value));
    }
  }
  return parts.join('');
}

/** In the order in which a stack gives it back. */
function between(
  open: string,
  items: readonly (readonly (JsonValue | Written)[])[],
  close: string,
): (JsonValue | Written)[] {
  const inOrder = items.flatMap((item, index) => (index === 0 ? item : [new Written(','), ...item]));
  return [new Written(open), ...inOrder, new Written(close)].toReversed();
}
