import type { JsonObject, JsonValue } from '../json-rpc.ts';

const BASE64_FORM = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;
const PLAIN = /^[\x20-\x7e\t]+$/;

/** The parameter that `Mcp-Name` mirrors, by method (MCP 2026-07-28, "Standard headers"; SEP-2663, "Routing headers"). */
export function mirroredName(method: string, params: JsonObject | undefined): JsonValue | undefined {
  switch (method) {
    case 'tools/call':
    case 'prompts/get':
      return params?.['name'];
    case 'resources/read':
      return params?.['uri'];
    case 'tasks/get':
    case 'tasks/update':
    case 'tasks/cancel':
      return params?.['taskId'];
    default:
      return undefined;
  }
}

/** A value of the body as it may stand in a header: as it is where plain, else in the `=?base64?…?=` form (SEP-2243). */
export function encodeMirroredValue(value: string): string {
  const isPlain =
    PLAIN.test(value) && value === value.trim() && !(value.startsWith('=?base64?') && value.endsWith('?='));
  return isPlain ? value : `=?base64?${Buffer.from(value, 'utf8').toString('base64')}?=`;
}

/** Undoes {@link encodeMirroredValue}; `undefined` where the base64 is not whole. */
export function decodeMirroredValue(value: string): string | undefined {
  const match = BASE64_FORM.exec(value);
  if (match === null) {
    return value;
  }
  const [, encoded = ''] = match;
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded ? bytes.toString('utf8') : undefined;
}
