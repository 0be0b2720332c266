import type { Format } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import type { FormatDefinition } from 'ajv/dist/types/index.js';
import type { JsonValue } from '../../protocol/json-rpc.ts';
import { askIfCheckable, type Visit } from '../schema/schema-node.ts';
import { Uncheckable } from '../schema/work-budget.ts';

/** Characters of a text whose format is checked; no address and no time is longer. */
const MAX_FORMAT_LENGTH = 2_048;
/** The expressions go back over a text, at worst once for each of its characters; they take so many in the time of one step. */
const CHARACTERS_PER_STEP = 400;

/** Whether a value has a format; true for values that it says nothing about. */
export type FormatTest = (value: JsonValue, visit: Visit) => boolean;

/** The test of a format of JSON Schema or OpenAPI; undefined for others, which say nothing. */
export function readFormat(name: string): FormatTest | undefined {
  return FORMATS.get(name);
}

const FORMATS: ReadonlyMap<string, FormatTest | undefined> = new Map(
  Object.entries(fullFormats).map(([name, format]) => [name, toTest(format)]),
);

function toTest(format: Format): FormatTest | undefined {
  if (format instanceof RegExp) {
    return ofText((text) => format.test(text));
  }
  if (typeof format === 'function') {
    return ofText((text) => format(text));
  }
  if (typeof format !== 'object' || format.async === true) {
    return undefined;
  }
  if (isOfNumbers(format)) {
    const { validate } = format;
    return (value) => typeof value !== 'number' || validate(value);
  }
  const { validate } = format;
  return typeof validate === 'function' ? ofText(validate) : undefined;
}

function isOfNumbers(format: FormatDefinition<string> | FormatDefinition<number>): format is FormatDefinition<number> {
  return format.type === 'number';
}

function ofText(test: (text: string) => boolean): FormatTest {
  return (value, visit) => {
    if (typeof value !== 'string') {
      return true;
    }
    return (
      askIfCheckable(visit, (budget) => {
        if (value.length > MAX_FORMAT_LENGTH) {
          throw new Uncheckable(
            `a text has more than ${MAX_FORMAT_LENGTH} characters, too many for its format to be checked`,
          );
        }
        budget.spend(Math.ceil(value.length ** 2 / CHARACTERS_PER_STEP));
        return test(value);
      }) !== false
    );
  };
}
