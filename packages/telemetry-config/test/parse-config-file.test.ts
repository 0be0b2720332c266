import { describe, expect, test } from '@jest/globals';
import { parseConfigFile, substituteEnv } from '../src/index.ts';

describe('parseConfigFile', () => {
  test.each([
    ['a.json', '{"server":{"port":1}}'],
    ['a.jsonc', '// one\n{"server":{"port":1,},}'],
    ['a.yaml', 'server: { port: 1 }'],
    ['a.YML', 'server:\n  port: 1\n'],
    ['config', '\uFEFF/* by its first character */ {"server":{"port":1}}'],
    ['config', 'server: { port: 1 }'],
  ])('reads %s', (name, text) => {
    expect(parseConfigFile(text, name)).toEqual({ ok: true, value: { server: { port: 1 } } });
  });

  test.each(['a.yaml', 'a.json'])('takes a blank %s as an empty one', (name) => {
    expect(parseConfigFile(' \n', name)).toEqual({ ok: true, value: {} });
  });

  test.each([
    ['a.json', '{\n "a": }', 'line 2: value expected'],
    ['a.json', '{} // no comments here', 'line 1: invalid comment token'],
    ['a.yaml', 'a: 1\na: 2', 'line 2: Map keys must be unique'],
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
      issues: [{ problem: 'an alias stands inside of what it names' }],
    });
    expect(parseConfigFile('a: &x [1]\nb: [*x, *x]', 'a.yaml').ok).toBe(true);
  });

  test('does not grow without bound by aliases', () => {
    const bomb = [
      'a0: &a0 [x]',
      ...Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`),
    ];
    expect(parseConfigFile(bomb.join('\n'), 'a.yaml').ok).toBe(false);
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
    expect(issues).toMatchObject([{ variable: 'auth.tokens[0].token', problem: 'it names SECRET, which is not set' }]);
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
