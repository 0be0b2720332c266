// JSON as others write it: white space between tokens, numbers of unusual form, keys that stand twice, escapes.
import * as fc from 'fast-check';

const NUMBERS = ['-0', '1.10', '1E5', '1e400', '725653563933458432', '0.1000000000000000055'];
const TEXTS = ['"\\u0041\\ud800"', '"\\/\\b"', '"\u2028"', '""'];
const NAMES = ['"a"', '"\\u0061"', '"__proto__"', '"2"', '"1"'];

const made = fc.letrec<{ readonly value: string; readonly object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('true', 'false', 'null', ...NUMBERS, ...TEXTS),
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    fc.string({ unit: 'binary', minLength: 100, maxLength: 400 }).map((text) => JSON.stringify(text)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[ ${items.join(' ,\n')}\t]`),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(fc.constantFrom(...NAMES), tie('value')), { maxLength: 4 })
    .map((members) => `{ ${members.map(([name, value]) => `${name} : ${value}`).join('\r\n,')} }`),
}));

export const jsonText: fc.Arbitrary<string> = made.value;
export const jsonObjectText: fc.Arbitrary<string> = made.object;
