import { describe, expect, test } from '@jest/globals';
import { formatIssue, parseConfigFile, substituteEnv } from '../src/index.ts';

describe('parseConfigFile', () => {
  test.each([
    ['a.json', '{"server":{"port":1}}'],
    ['a.jsonc', '// one\n{"server":{"port":1,},}'],
    ['a.json', '/* as editors allow it */ {"server":{"port":1,},} // so do we'],
    ['a.json', '\uFEFF{"server":\r\n{"port":1}}\r\n'],
    ['a.yaml', '\uFEFF# with a mark\r\nserver:\r\n  port: 1\r\n'],
    ['a.yaml', 'server: { port: 1 }'],
    ['a.YML', 'server:\n  port: 1\n'],
    ['config', '\uFEFF/* by its first character */ {"server":{"port":1}}'],
    ['config', 'server: { port: 1 }'],
  ])('reads %s', (name, text) => {
    expect(parseConfigFile(text, name)).toEqual({ ok: true, value: { server: { port: 1 } }, isEmpty: false });
  });

  test.each(['a.yaml', 'a.json'])('takes a blank %s as an empty one', (name) => {
    expect(parseConfigFile(' \n', name)).toEqual({ ok: true, value: {}, isEmpty: true });
  });

  test.each([
    ['a.json', '{\n "a": }', 'line 2: value expected'],
    ['a.json', '{} 1', 'line 1: end of file expected'],
    ['a.json', '{"a":\n/*', 'line 2: unexpected end of comment'],
    ['a.json', '{\r"a": 1,\r"b": {},\r"a": 2}', 'line 4: "a" stands twice in one object'],
    ['a.json', '{"a": {"b": 1,\n"b": 1}}', 'line 2: "b" stands twice in one object'],
    ['a.yaml', 'a: 1\na: 2', 'line 2: "a" stands twice in one object'],
    ['a.yaml', 'x:\n- {a: 1, "a": 2}', 'line 2: "a" stands twice in one object'],
    ['a.yaml', 'a: 1\n---\nb: 2', 'line 2: a second document begins; a file holds one'],
    ['a.yaml', 'a: 1\n...\n---\n', 'line 3: a second document begins; a file holds one'],
    ['a.yaml', 'a:\n\tb: 1', 'line 2: Tabs are not allowed as indentation'],
    ['a.yaml', 'a: *nowhere', 'line 1: an alias names no anchor'],
    ['a.yaml', 'a: [1', expect.stringContaining('line 1: ')],
    ['a.yaml', '[1]', 'it does not hold an object'],
  ])('says where %s is wrong, without repeating it', (name, text, problem) => {
    expect(parseConfigFile(text, name)).toMatchObject({
      ok: false,
      issues: [{ variable: name, problem, severity: 'fatal' }],
    });
  });

  test('refuses an alias inside of what it names', () => {
    expect(parseConfigFile('a: &x { b: [*x] }', 'a.yaml')).toMatchObject({
      ok: false,
      issues: [{ problem: 'line 1: an alias stands inside of what it names' }],
    });
    expect(parseConfigFile('a: &x [1]\nb: [*x, *x]', 'a.yaml').ok).toBe(true);
  });

  test('does not grow without bound by aliases', () => {
    const bomb = [
      'a0: &a0 [x]',
      ...Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`),
    ];
    expect(parseConfigFile(bomb.join('\n'), 'a.yaml')).toMatchObject({
      ok: false,
      issues: [{ problem: 'line 10: aliases repeat more than 100 times what they name' }],
    });
  });

  const LEVELS = 50_000;
  test.each([
    ['objects of JSON', 'a.json', '{"a":'.repeat(LEVELS), 1],
    ['lists of JSON, closed', 'a.json', `\n${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}`, 2],
    ['lists of YAML in brackets', 'a.yaml', `x: 1\na: ${'['.repeat(LEVELS)}`, 2],
    ['objects of YAML in braces', 'a.yaml', '{a: '.repeat(LEVELS), 1],
    ['lists of YAML in one line', 'a.yaml', `${'- '.repeat(LEVELS)}x`, 1],
    ['explicit keys', 'a.yaml', '? '.repeat(LEVELS), 1],
    ['objects by indentation', 'a.yaml', Array.from({ length: 1_000 }, (_, n) => `${' '.repeat(n)}a:`).join('\n'), 102],
    ['101 levels', 'a.json', `${'{"a":'.repeat(101)}1${'}'.repeat(101)}`, 1],
  ])('%s nested too deeply are an issue with their line', (_what, name, text, line) => {
    expect(parseConfigFile(text, name)).toMatchObject({
      ok: false,
      issues: [{ variable: name, problem: `line ${line}: it is nested more than 100 levels deep` }],
    });
  });

  test.each(['a.json', 'a.yaml'])('100 levels in %s are read, brackets in texts not counted', (name) => {
    const text = `${'{"a":'.repeat(100)}${JSON.stringify('['.repeat(200))}${'}'.repeat(100)}`;
    expect(parseConfigFile(text, name).ok).toBe(true);
  });

  test('a name of the prototype is a name like any other', () => {
    const parsed = parseConfigFile('{"__proto__": {"server": 1}, "constructor": 2}', 'a.json');
    expect(parsed.ok && Object.keys(parsed.value)).toEqual(['__proto__', 'constructor']);
  });

  test('ten thousand entries are read in time', () => {
    const entries = Array.from({ length: 10_000 }, (_, index) => `k${index}: ${index}`);
    const startedAt = performance.now();
    expect(parseConfigFile(entries.join('\n'), 'a.yaml').ok).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });
});

describe('substituteEnv', () => {
  const env = { A: 'x', BLANK: ' ' };

  test.each([
    ['${A}', 'x'],
    ['${env:A}/y', 'x/y'],
    ['${B:-d}', 'd'],
    ['${BLANK:-d}', 'd'],
    ['${B:-}', ''],
    ['$${A}', '${A}'],
    ['pa$$word $A', 'pa$$word $A'],
    ['${A}${A}', 'xx'],
  ])('%s becomes %s', (text, value) => {
    expect(substituteEnv({ deep: [text] }, env)).toEqual({ value: { deep: [value] }, issues: [] });
  });

  test('names the place of a variable that is not set', () => {
    const { value, issues } = substituteEnv({ auth: { tokens: [{ token: '${SECRET}' }] } }, env);
    expect(value).toEqual({ auth: { tokens: [{ token: '' }] } });
    expect(issues.map(formatIssue)).toEqual([
      'auth.tokens[0].token: it names SECRET, which is not set, so that nothing stands there; set SECRET where this is started, or write what stands in for it: ${SECRET:-…}',
    ]);
  });

  test('leaves a malformed reference, and names it', () => {
    expect(substituteEnv('${1x} ${open', env)).toMatchObject({ value: '${1x} ${open', issues: [{}, {}] });
  });

  test('does not read what a variable holds a second time', () => {
    expect(substituteEnv('${A}', { A: '${B}', B: 'y' }).value).toBe('${B}');
  });

  test("doubles dollars in OpenTelemetry's files", () => {
    expect(substituteEnv('a$$b $${A} $$${A}', env, 'opentelemetry').value).toBe('a$b ${A} $x');
  });
});
