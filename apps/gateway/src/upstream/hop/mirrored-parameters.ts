import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { encodeMirroredValue, mirroredName } from '../../protocol/mirrored-value.ts';
import type { RawParams } from '../upstream.ts';

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

function rawAt(root: RawJson | undefined, path: readonly string[]): RawJson | undefined {
  let raw = root;
  for (const key of path) {
    raw = raw?.get(key);
  }
  return raw;
}

function valueAt(root: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let value = root;
  for (const key of path) {
    value = isJsonObject(value) ? value[key] : undefined;
  }
  return value;
}

/** A number that a double does not hold is repeated as it came. */
function toText(value: JsonValue | undefined, raw: RawJson | undefined, path: readonly string[]): string | undefined {
  if (typeof value === 'number') {
    const isHeld = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
    return isHeld ? String(value) : rawAt(raw, path)?.text;
  }
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : undefined;
}

/** What of a call is mirrored; arguments as they came where they are at hand. */
interface MirroredCall {
  readonly mirrored?: readonly MirroredParameter[] | undefined;
  readonly rawParams?: RawParams | undefined;
}

/** The headers that repeat parts of a modern request's body, as a flat list of names and values. */
export function toMirroredHeaders(
  method: string,
  params: JsonObject,
  { mirrored = [], rawParams }: MirroredCall = {},
): string[] {
  const headers = ['mcp-method', method];
  const name = mirroredName(method, params);
  if (typeof name === 'string') {
    headers.push('mcp-name', encodeMirroredValue(name));
  }
  for (const { header, path } of mirrored) {
    const text = toText(valueAt(params['arguments'], path), rawParams?.['arguments'], path);
    if (text !== undefined) {
      headers.push(`mcp-param-${header.toLowerCase()}`, encodeMirroredValue(text));
    }
  }
  return headers;
}
