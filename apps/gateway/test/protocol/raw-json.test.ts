import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { scanJson, UnboundedJsonError } from '../../src/protocol/json/json-scanner.ts';
import { RawJson } from '../../src/protocol/json/raw-json.ts';
import { jsonObjectText, jsonText } from './json-text.ts';

const RUNS = { numRuns: 500 };

function isTakenByParse(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isTakenByScan(text: string, levels: number): boolean {
  try {
    scanJson(text, levels);
    return true;
  } catch {
    return false;
  }
}

/** Values of the members that the scanner finds; `undefined` of what it does not take. */
function membersOf(text: string): unknown {
  try {
    return Object.fromEntries([...RawJson.read(text, 2).entries()].map(([name, { value }]) => [name, value]));
  } catch {
    return undefined;
  }
}

describe('the scanner takes what JSON.parse takes', () => {
  test('of JSON in every form', () => {
    fc.assert(
      fc.property(jsonText, fc.nat({ max: 3 }), (text, levels) => {
        expect(isTakenByScan(text, levels)).toBe(true);
      }),
      RUNS,
    );
  });

  test('of JSON with one character changed, added or removed', () => {
    const edit = fc.record({
      at: fc.nat(),
      removed: fc.nat({ max: 1 }),
      added: fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '.', 'e', '-', ' ', '\n', '\u0001', 'n'),
    });
    fc.assert(
      fc.property(jsonText, edit, fc.nat({ max: 3 }), (text, { at, removed, added }, levels) => {
        const place = at % (text.length + 1);
        const changed = text.slice(0, place) + added + text.slice(place + removed);
        expect({ changed, isTaken: isTakenByScan(changed, levels) }).toEqual({
          changed,
          isTaken: isTakenByParse(changed),
        });
      }),
      { numRuns: 2_000 },
    );
  });

  test('of long strings with anything in any place of them', () => {
    const specials = [
      '',
      '\\n',
      '\\"',
      '\\\\',
      '\\u00e9',
      '\\x',
      '\n',
      '\t',
      '\0',
      '\u001f',
      '\u007f',
      'é',
      '中',
      '"',
      '"}',
    ];
    const piece = fc.record({
      plain: fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 20_000 })),
      special: fc.constantFrom(...specials),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const content = pieces.map(({ plain, special }) => 'x'.repeat(plain) + special).join('');
        const text = `{"a":"${content}","b":["${content}"]}`;
        expect(membersOf(text)).toEqual(isTakenByParse(text) ? JSON.parse(text) : undefined);
      }),
      RUNS,
    );
  });

  test.each([
    '',
    ' ',
    '01',
    '-',
    '+1',
    '1.',
    '.5',
    '1e',
    '1e+',
    '0x10',
    'NaN',
    'Infinity',
    'tru',
    'nulll',
    '"',
    '"\\',
    '"\\x41"',
    '"\\u12g4"',
    '"\n"',
    '[',
    '[1',
    '[1,]',
    '[,1]',
    '[1 2]',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,}',
    '{,}',
    '{a:1}',
    "{'a':1}",
    '{"a" 1}',
    '{"a":1 "b":2}',
    '[}',
    '{]',
    '1 2',
    '[] []',
    '\u00a01',
    '\ufeff1',
    '/**/1',
  ])('refuses %j', (text) => {
    expect([isTakenByParse(text), isTakenByScan(text, 0), isTakenByScan(text, 2)]).toEqual([false, false, false]);
  });

  test.each([
    ['lists', '['],
    ['objects', '{"a":'],
    ['both in turn', '[{"a":'],
  ])('refuses 50,000 levels of %s at once, whole or broken off', (_what, opening) => {
    const text = opening.repeat(50_000);
    expect(() => scanJson(text, 0)).toThrow(UnboundedJsonError);
    expect(() => scanJson(`{"result":${text}`, 2)).toThrow('nested deeper than 512 levels');
  });

  test('takes 512 levels', () => {
    expect(isTakenByScan('['.repeat(512) + ']'.repeat(512), 0)).toBe(true);
    expect(isTakenByScan('['.repeat(513) + ']'.repeat(513), 0)).toBe(false);
  });

  test('counts members only where they are told', () => {
    const wide = `{"a":[${'0,'.repeat(10_000)}0]}`;
    expect(isTakenByScan(wide, 1)).toBe(true);
    expect(() => scanJson(wide, 2)).toThrow('wider than 10000 members');
  });
});

describe('a raw value', () => {
  test('has the members of the parsed one, each with its text', () => {
    fc.assert(
      fc.property(jsonText, fc.nat({ max: 3 }), (text, levels) => {
        const raw = RawJson.read(` ${text} `, levels);
        expect(raw.text).toBe(text);
        expect(raw.value).toEqual(JSON.parse(text));
        for (const [name, member] of raw.entries()) {
          expect(member.value).toEqual(raw.object?.[name]);
          expect(raw.get(name)?.text).toBe(member.text);
          expect(text).toContain(member.text);
        }
        expect(raw.elements().map((element) => element.value)).toEqual(raw.isList ? raw.value : []);
      }),
      RUNS,
    );
  });

  const EXACT = '{ "big":725653563933458432 ,"b":1.10,"2":1e400,"1":-0, "b":1E5 }';

  test('names the members as the parsed one does, and counts its bytes', () => {
    fc.assert(
      fc.property(jsonText, fc.nat({ max: 3 }), (text, levels) => {
        const raw = RawJson.read(text, levels);
        const value: unknown = JSON.parse(text);
        const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
        expect(raw.names).toEqual(isObject ? Object.keys(value) : []);
        expect(raw.bytes).toBe(new TextEncoder().encode(raw.text).length);
      }),
      RUNS,
    );
  });

  test('names the members also where there are more than are kept', () => {
    const members = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`m${index}`, index]));
    const raw = RawJson.read(`[${JSON.stringify(members)}]`).elements()[0]!;
    expect(raw.names).toEqual(Object.keys(members));
  });

  test('finds a member among more than are kept', () => {
    const wide = Array.from({ length: 20_000 }, (_, index) => `"${index}":1.0`).join(',');
    const raw = RawJson.read(`{"a":{${wide},"found":1.10}}`, 1).get('a');
    expect(raw?.get('found')?.text).toBe('1.10');
    expect(raw?.get('19999')?.text).toBe('1.0');
    expect(raw?.get('lost')).toBeUndefined();
  });

  test('keeps all other bytes when members are set', () => {
    expect(RawJson.read(EXACT).with({}).text).toBe(EXACT);
    expect(RawJson.read(EXACT).with({ '2': '[]', new: '"x"' }).text).toBe(
      '{ "big":725653563933458432 ,"b":1.10,"2":[],"1":-0, "b":1E5 ,"new":"x"}',
    );
    expect(RawJson.read('{ }').with({ a: '1' }).text).toBe('{ "a":1}');
  });

  test('keeps all other bytes when members are set among more than are kept', () => {
    const members = Array.from({ length: 20_000 }, (_, index) => `"${index}":1.0`).join(',');
    const twice = '"a":1,'.repeat(10_001);
    const tool = RawJson.read(`{"tool":{"name":"x",${members},"name":"y"}}`).get('tool')!;
    expect(tool.with({ new: '1', name: '"z"' }).text).toBe(`{"name":"z",${members},"name":"z","new":1}`);
    expect(RawJson.read(`{${twice}"b":2}`, 0).with({ a: '3' }).text).toBe(`{${twice.replaceAll('1', '3')}"b":2}`);
    expect(RawJson.read(`{${twice}"a":2}`, 0).get('a')?.text).toBe('2');
  });

  test('sets a name that stands twice in both places', () => {
    expect(RawJson.read('{"_meta":1,"a":2,"_meta":3}').with({ _meta: '{}' }).text).toBe(
      '{"_meta":{},"a":2,"_meta":{}}',
    );
  });

  test('has, once members are set, the members that its text says', () => {
    const names = fc.constantFrom('a', 'b', '1', '2', '__proto__', 'toString');
    const changes = fc.dictionary(names, jsonText, { maxKeys: 3 });
    fc.assert(
      fc.property(jsonObjectText, changes, names, (text, given, name) => {
        const changed = RawJson.read(text).with(given).with({ b: '7' });
        const read = RawJson.read(changed.text);
        expect(changed.get(name)?.text).toBe(read.get(name)?.text);
        expect(changed.has(name)).toBe(read.has(name));
        expect(changed.names).toEqual(read.names);
      }),
      RUNS,
    );
  });

  test.each([
    ['{"a":1}', '{}'],
    ['{ "a" : 1 }', '{ }'],
    ['{"a":1, "x":1.10 }', '{ "x":1.10 }'],
    ['{ "x":1.10 , "a" :1}', '{ "x":1.10 }'],
    ['{"a":{"a":1},"b":[1,2],"x":1e400}', '{"x":1e400}'],
    ['{"a":1,"x":-0,"b":2,"a":3}', '{"x":-0}'],
    [String.raw`{"\u0061":1,"x\\":"\"a\":","b":2}`, String.raw`{"x\\":"\"a\":"}`],
    ['["a",1]', '["a",1]'],
  ])('keeps all other bytes of %s when members are taken away', (text, left) => {
    expect(RawJson.read(`{"in":${text},"a":1}`).get('in')?.without(['a', 'b']).text).toBe(left);
  });

  test('lacks, once members are taken away, those alone', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', '1', '2', '__proto__', 'toString'), { maxLength: 4 });
    fc.assert(
      fc.property(jsonObjectText, names, (text, given: readonly string[]) => {
        const left = RawJson.read(RawJson.read(text).without(given).text);
        const whole = RawJson.read(text);
        expect([...left.entries()].map(([name, { text: each }]) => [name, each])).toEqual(
          [...whole.entries()].flatMap(([name, { text: each }]) => (given.includes(name) ? [] : [[name, each]])),
        );
      }),
      RUNS,
    );
  });

  test('takes members away among more than are kept', () => {
    const twice = '"a":1,'.repeat(10_001);
    expect(RawJson.read(`{${twice}"b":2}`, 0).without(['a']).text).toBe('{"b":2}');
    expect(RawJson.object({ a: 1, b: RawJson.read('1.0') }).without(['a']).text).toBe('{"b":1.0}');
  });

  test('keeps all other bytes when values deep inside are replaced', () => {
    const raw = RawJson.read(`{"args":{"list":[ 1.0, "2" ,${EXACT}],"n":"7"}, "keep" : 1.10}`).get('args');
    const replaced = raw?.replaced([
      { path: ['list', '1'], text: '2' },
      { path: ['list', '2', '1'], text: '0' },
      { path: ['n'], text: '7' },
      { path: ['nowhere', '1'], text: '7' },
    ]);
    expect(replaced?.text).toBe(
      '{"list":[ 1.0, 2 ,{ "big":725653563933458432 ,"b":1.10,"2":1e400,"1":0, "b":1E5 }],"n":7}',
    );
  });

  test('replaces the last of a name that stands twice, which is the one that was read', () => {
    expect(RawJson.read('{"a":"1","a":"2"}').replaced([{ path: ['a'], text: '2' }]).text).toBe('{"a":"1","a":2}');
  });

  test('of ours is written as JSON.stringify writes it', () => {
    const value = { a: [1, 'x', null], b: { c: true } };
    expect(RawJson.of(value).text).toBe(JSON.stringify(value));
    expect(RawJson.of(value).get('b')?.text).toBe('{"c":true}');
    const made = RawJson.object({
      'a b': 'x',
      raw: RawJson.read(EXACT),
      none: undefined,
      list: RawJson.list([1, RawJson.read('1.0')]),
    });
    expect(made.text).toBe(`{"a b":"x","raw":${EXACT},"list":[1,1.0]}`);
    expect(made.value).toEqual(JSON.parse(made.text));
    expect(made.get('list')?.text).toBe('[1,1.0]');
    expect(made.get('none')).toBeUndefined();
    expect(made.with({ more: '1.0', raw: '{}' }).text).toBe('{"a b":"x","raw":{},"list":[1,1.0],"more":1.0}');
    expect(RawJson.object({}).with({ a: '1' }).text).toBe('{"a":1}');
  });
});
