// JSON that was right once: a template with some members replaced, left out, doubled or wrapped, then cut as text.
import * as fc from 'fast-check';
import { type ByteText, toByteText } from '../target.ts';

type Json = unknown;
type Container = Record<string | number, Json>;

/** What stands in a text for the same text without quotes: numbers that JavaScript can't write. */
const RAW = /"\ue000((?:[^"\\]|\\.)*)"/g;
const raw = (literal: string): string => `\ue000${literal}`;

const odd: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    0,
    -1,
    1.5,
    '',
    ' ',
    '1',
    '__proto__',
    'constructor',
    '\ud800',
    '\u001b[2J\r\n',
    'x'.repeat(3_000),
    [],
    {},
    [[]],
    { toString: 1, valueOf: null, length: -1 },
    raw('725653563933458432'),
    raw('1e400'),
    raw('-0'),
    raw('[{"a":'.repeat(400) + '1' + '}]'.repeat(400)),
    raw('['.repeat(30_000)),
    raw('{"a":1,"a":2}'),
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.jsonValue({ maxDepth: 3 }),
);

interface TreeEdit {
  readonly at: number;
  readonly kind: 'replace' | 'remove' | 'add' | 'wrap';
  readonly key: string;
  readonly value: Json;
}

const treeEdit: fc.Arbitrary<TreeEdit> = fc.record({
  at: fc.nat(60),
  kind: fc.constantFrom<TreeEdit['kind']>('replace', 'remove', 'add', 'wrap'),
  key: fc.constantFrom('x', '', '__proto__', 'id', 'method', 'params', '_meta', 'arguments', 'toString', '0'),
  value: odd,
});

interface TextEdit {
  readonly at: number;
  readonly removed: number;
  readonly inserted: string;
}

const textEdit: fc.Arbitrary<TextEdit> = fc.record({
  at: fc.nat(2_000),
  removed: fc.oneof(fc.nat(3), fc.nat(200)),
  inserted: fc.oneof(
    fc.constantFrom('', ',', '{', ']', '"', '\\', '\ufeff', '\0', '\r\n', '\\ud800', '1', '/*', 'null'),
    fc.string({ maxLength: 8 }),
  ),
});

/** Every place of the tree: whose member it is, and under which name. */
function placesOf(holder: Container, key: string | number): [Container, string | number][] {
  const value = holder[key];
  if (typeof value !== 'object' || value === null) {
    return [[holder, key]];
  }
  const inside = value as Container;
  return [[holder, key], ...Object.keys(value).flatMap((name) => placesOf(inside, name))];
}

function editTree(root: Container, { at, kind, key, value: shared }: TreeEdit): void {
  const value = structuredClone(shared); // an edit may change what an earlier one put in
  const places = placesOf(root, 'root');
  const [holder, name] = places[at % places.length]!;
  const old = holder[name];
  if (kind === 'remove' && name !== 'root') {
    Reflect.deleteProperty(holder, name);
  } else if (kind === 'add' && typeof old === 'object' && old !== null) {
    Object.defineProperty(old, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    holder[name] = kind === 'wrap' ? [old] : value;
  }
}

function editText(text: string, { at, removed, inserted }: TextEdit): string {
  const from = at % (text.length + 1);
  return text.slice(0, from) + inserted + text.slice(from + removed);
}

function write(template: Json, treeEdits: readonly TreeEdit[], textEdits: readonly TextEdit[]): ByteText {
  const root: Container = { root: structuredClone(template) };
  for (const edit of treeEdits) {
    editTree(root, edit);
  }
  const text = (JSON.stringify(root['root']) ?? '').replaceAll(RAW, unquote);
  return toByteText(textEdits.reduce(editText, text));
}

const unquote = (_whole: string, literal: string): string => literal.replaceAll('\\"', '"');

/** Texts near the JSON of `templates`. */
export function jsonText(templates: readonly Json[]): fc.Arbitrary<ByteText> {
  return fc
    .tuple(fc.constantFrom(...templates), fc.array(treeEdit, { maxLength: 4 }), fc.array(textEdit, { maxLength: 2 }))
    .map(([template, treeEdits, textEdits]) => write(template, treeEdits, textEdits));
}
