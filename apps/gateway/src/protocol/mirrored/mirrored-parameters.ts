import { isJsonObject, type JsonValue } from '../json-rpc.ts';

/** A tool parameter that a modern request repeats as `Mcp-Param-<header>`. */
export interface MirroredParameter {
  readonly header: string;
  /** Where it stands in the arguments. */
  readonly path: readonly string[];
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Finds what `inputSchema` marks with `x-mcp-header`, along chains of `properties` (MCP 2026-07-28, "Schema extension"). */
export function findMirroredParameters(inputSchema: JsonValue | undefined): MirroredParameter[] {
  const found: MirroredParameter[] = [];
  collectMirrored(inputSchema, [], found);
  return found;
}

/** More header fields than this no server takes. */
const MAX_MIRRORED = 64;
const MAX_HEADER_LENGTH = 128;

function collectMirrored(schema: JsonValue | undefined, path: readonly string[], into: MirroredParameter[]): void {
  const properties = isJsonObject(schema) ? schema['properties'] : undefined;
  if (!isJsonObject(properties)) {
    return;
  }
  for (const [name, property] of Object.entries(properties)) {
    const header = isJsonObject(property) ? property['x-mcp-header'] : undefined;
    const here = [...path, name];
    if (
      typeof header === 'string' &&
      header.length <= MAX_HEADER_LENGTH &&
      TOKEN.test(header) &&
      into.length < MAX_MIRRORED
    ) {
      into.push({ header, path: here });
    }
    collectMirrored(property, here, into);
  }
}

/** What stands at a path of arguments; `undefined` where nothing does. */
export function valueAt(root: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let value = root;
  for (const key of path) {
    value = isJsonObject(value) ? value[key] : undefined;
  }
  return value;
}
