import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { whyNotJson } from '../../protocol/json/bounded-json.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';

/** Arguments as an object, or what to say to a caller who sent something else. */
export type ArgumentsForm =
  | {
      readonly ok: true;
      readonly value: JsonObject;
      /** The same as they came. */
      readonly raw: RawJson;
    }
  | { readonly ok: false; readonly message: string };

const RIGHT_FORM = 'send an object such as {"radius": 2}';
const NONE: ArgumentsForm = { ok: true, value: {}, raw: RawJson.of({}) };

/**
 * Accepts an object, a string that holds one as JSON, and nothing at all (absent or null: no arguments).
 *
 * @param args A {@link RawJson} where they are to travel as they came, else a value.
 */
export function readArguments(args: unknown): ArgumentsForm {
  const given = args instanceof RawJson ? args.value : args;
  if (given === undefined || given === null) {
    return NONE;
  }
  if (typeof given === 'string') {
    return parseArguments(given);
  }
  if (!isJsonObject(given)) {
    return { ok: false, message: `arguments must be an object, got ${nameType(given)}; ${RIGHT_FORM}` };
  }
  try {
    return { ok: true, value: given, raw: args instanceof RawJson ? args : RawJson.of(given) };
  } catch {
    return { ok: false, message: 'arguments is nested too deeply' }; // a value of ours that can't be written
  }
}

function parseArguments(text: string): ArgumentsForm {
  if (text.trimStart().startsWith('{')) {
    try {
      const raw = RawJson.read(text, 0);
      const { object } = raw;
      if (object !== undefined) {
        return { ok: true, value: object, raw };
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
