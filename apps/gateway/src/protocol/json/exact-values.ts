import { asList, type JsonObject, type JsonValue } from './json.ts';
import { RawJson } from './raw-json.ts';

/** By the value itself: a text goes when whoever holds the value drops it. */
const texts = new WeakMap<object, RawJson>();

/** What a text has to hold for its value to be written otherwise: a long number, a fraction, an exponent, a number as a name. */
const MAY_DIFFER = /\d{16}|\d[.eE]|"\d+"\s*:/;

/** Keeps the texts of the objects in a list that would be written otherwise than they came; most are not. */
export function keepExact(list: RawJson | undefined, values: JsonValue | undefined): void {
  if (list === undefined || !list.isList || !MAY_DIFFER.test(list.text)) {
    return;
  }
  const raws = elementsOf(list);
  asList(values).forEach((value, index) => {
    const text = raws[index]?.text;
    if (typeof value === 'object' && value !== null && text !== undefined && MAY_DIFFER.test(text)) {
      // A copy, because a piece of a text keeps the whole text in memory. It may have any number of members.
      texts.set(value, RawJson.read(Buffer.from(text).toString(), 0));
    }
  });
}

/** A list with more elements than are told is one of values. */
function elementsOf(list: RawJson): readonly RawJson[] {
  try {
    return list.elements();
  } catch {
    return [];
  }
}

/** An object as it came, where that was kept. */
export function exactOf(value: JsonObject): JsonObject | RawJson {
  return texts.get(value) ?? value;
}
