import { whyNotJson, parseBoundedJson } from '../protocol/bounded-json.ts';
import { isJsonObject, type JsonObject } from '../protocol/json-rpc.ts';

/** Arguments as an object, or what to say to a caller who sent something else. */
export type ArgumentsForm =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly message: string };

const RIGHT_FORM = 'send an object such as {"radius": 2}';

/** Accepts an object, a string that holds one as JSON, and nothing at all (absent or null: no arguments). */
export function readArguments(args: unknown): ArgumentsForm {
  if (isJsonObject(args)) {
    return { ok: true, value: args };
  }
  if (args === undefined || args === null) {
    return { ok: true, value: {} };
  }
  if (typeof args === 'string') {
    return parseArguments(args);
  }
  return { ok: false, message: `arguments must be an object, got ${nameType(args)}; ${RIGHT_FORM}` };
}

function parseArguments(text: string): ArgumentsForm {
  if (text.trimStart().startsWith('{')) {
    try {
      const value = parseBoundedJson(text);
      if (isJsonObject(value)) {
        return { ok: true, value };
      }
    } catch (error) {
      return { ok: false, message: `arguments is a string that is ${whyNotJson(error)}; ${RIGHT_FORM}` };
    }
  }
  return { ok: false, message: `arguments must be an object, got a string without one; ${RIGHT_FORM}` };
}

function nameType(value: unknown): string {
  if (Array.isArray(value)) {
    return 'an array';
  }
  return `a ${typeof value}`;
}
