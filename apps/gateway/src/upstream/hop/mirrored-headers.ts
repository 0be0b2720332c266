import type { JsonObject, JsonValue } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { type MirroredParameter, valueAt } from '../../protocol/mirrored/mirrored-parameters.ts';
import { encodeMirroredValue, mirroredName } from '../../protocol/mirrored/mirrored-value.ts';
import type { RawParams } from '../upstream.ts';

function rawAt(root: RawJson | undefined, path: readonly string[]): RawJson | undefined {
  let raw = root;
  for (const key of path) {
    raw = raw?.get(key);
  }
  return raw;
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
