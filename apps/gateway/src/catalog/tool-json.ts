import { asList, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json-rpc.ts';

/** What `_meta` and the schema of a tool say beside the protocol's own fields. */
export interface ToolHints {
  readonly skillName?: string;
  readonly tags: readonly string[];
  readonly aliases: readonly string[];
  readonly searchTokens: readonly string[];
}

const MAX_HINTS = 32;
const SKILL_KEYS = ['skill', 'skillName', 'skill_name', 'toolGroup', 'tool_group', 'group'];
const HINT_TAGS = [
  ['readOnlyHint', 'read-only'],
  ['destructiveHint', 'destructive'],
  ['idempotentHint', 'idempotent'],
] as const;

/** Reads `_meta.dcc.*`, `_meta["dcc.*"]` and the plain keys of `_meta`; what has another type is passed over. */
export function readToolHints(tool: JsonObject): ToolHints {
  const sources = metaSources(tool);
  const skillName = SKILL_KEYS.map((key) => firstText(sources, key)).find((name) => name !== undefined);
  return {
    ...(skillName === undefined ? {} : { skillName }),
    tags: [...new Set([...textLists(sources, ['tags']), ...annotationTags(tool)])],
    aliases: textLists(sources, ['searchAliases', 'aliases']),
    searchTokens: textLists(sources, ['searchTokens']),
  };
}

function metaSources(tool: JsonObject): JsonObject[] {
  const meta = tool['_meta'];
  if (!isJsonObject(meta)) {
    return [];
  }
  const dotted: Record<string, JsonValue | undefined> = {};
  for (const [key, value] of Object.entries(meta)) {
    if (key.startsWith('dcc.')) {
      dotted[key.slice('dcc.'.length)] = value;
    }
  }
  const dcc = meta['dcc'];
  return [...(isJsonObject(dcc) ? [dcc] : []), dotted, meta];
}

function firstText(sources: readonly JsonObject[], key: string): string | undefined {
  for (const source of sources) {
    const value = source[key];
    if (typeof value === 'string' && value.trim() !== '') {
      return value.trim();
    }
  }
  return undefined;
}

function textLists(sources: readonly JsonObject[], keys: readonly string[]): string[] {
  const entries = sources.flatMap((source) => keys.flatMap((key) => asList(source[key])));
  const texts = entries.filter((entry) => typeof entry === 'string').filter((text) => text !== '');
  return [...new Set(texts)].slice(0, MAX_HINTS);
}

function annotationTags(tool: JsonObject): string[] {
  const annotations = readObject(tool, 'annotations');
  return HINT_TAGS.filter(([hint]) => annotations[hint] === true).map(([, tag]) => tag);
}

/** The object at `key`, or an empty one. */
export function readObject(source: JsonObject, key: string): JsonObject {
  const value = source[key];
  return isJsonObject(value) ? value : {};
}

/** Names of the schema's properties, two levels deep, at most 48. */
export function readPropertyNames(schema: JsonObject): string[] {
  const names = new Set<string>();
  collectPropertyNames(schema, 2, names);
  return [...names];
}

function collectPropertyNames(schema: JsonObject, depth: number, names: Set<string>): void {
  const properties = readObject(schema, 'properties');
  for (const [name, property] of Object.entries(properties)) {
    if (names.size >= 48) {
      return;
    }
    names.add(name);
    if (depth > 1 && isJsonObject(property)) {
      collectPropertyNames(property, depth - 1, names);
    }
  }
}

const MAX_DEPTH = 500;

/** True when both are the same JSON, whatever the order of keys; what is nested deeper than 500 is never the same. */
export function isSameJson(a: JsonValue | undefined, b: JsonValue | undefined, depth: number = 0): boolean {
  if (a === b) {
    return true;
  }
  if (depth > MAX_DEPTH) {
    return false;
  }
  if (Array.isArray(a)) {
    return (
      Array.isArray(b) && a.length === b.length && a.every((item: JsonValue, i) => isSameJson(item, b[i], depth + 1))
    );
  }
  if (!isJsonObject(a) || !isJsonObject(b)) {
    return false;
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => isSameJson(a[key], b[key], depth + 1));
}
