import { describe, expect, test } from '@jest/globals';
import { assert, json as anyJson, jsonValue, nat, property, stringMatching } from 'fast-check';
import { toPayload } from '../../src/recording/rows/payload.ts';
import { redactJson } from '../../src/recording/rows/redact-json.ts';

const redact = (json: string, ...paths: string[]): string =>
  redactJson(json, { paths: paths.map((path) => path.split('.')) }).text;

describe('redactJson', () => {
  test.each([
    ['a value of a secret key', '{"token":"abc","n":1}', '{"token":"[redacted]","n":1}'],
    ['whatever that value is', '{"api_key":{"a":[1,"}"]},"n":1}', '{"api_key":"[redacted]","n":1}'],
    ['a key that is spelt with escapes', String.raw`{"pass\u0077ord":"x"}`, String.raw`{"pass\u0077ord":"[redacted]"}`],
    ['source text', '{"code":"print(1)","python":"x"}', '{"code":"[redacted]","python":"[redacted]"}'],
    ['a credential inside of a text', '{"say":"Bearer abcdefgh12"}', '{"say":"[redacted]"}'],
    [
      'a credential behind an escape',
      String.raw`{"say":"line\nsk-aaaaaaaaaaaaaaaa"}`,
      String.raw`{"say":"line\n[redacted]"}`,
    ],
    ['a secret that is cut off', '{"password": "hun', '{"password": "[redacted]"'],
    ['a text that is cut off', '{"say":"Bearer abcdefgh', '{"say":"[redacted]"'],
  ])('takes out %s', (_, json, redacted) => {
    expect(redact(json)).toBe(redacted);
  });

  test.each([
    [
      'an object',
      '{"python":"print(1)","credentials":{"a":"b"},"n":1}',
      '{"python":"[redacted]","credentials":"[redacted]","n":1}',
    ],
    ['a list', ' [{"code": "x"}, "Bearer abcdefgh12"]', ' [{"code": "[redacted]"}, "[redacted]"]'],
    ['JSON in JSON', String.raw`{"inner":"{\"mel\":\"x\"}"}`, String.raw`{"inner":"{\"mel\":\"[redacted]\"}"}`],
    ['lines of JSON', '{"code":"x"}\n{"n":1}', '{"code":"[redacted]"}\n{"n":1}'],
    ['no JSON and begins like a list', '[INFO] password=hunter2 "a"', '[INFO] [redacted] "a"'],
    [
      'JSON with what looks like a credential',
      '{"code":"x","dbpass":"hunter2"}',
      '{"code":"[redacted]","db[redacted]}',
    ],
  ])('takes out of a text that is %s what its keys say', (_, text, redacted) => {
    expect(JSON.parse(redact(JSON.stringify({ text })))).toEqual({ text: redacted });
  });

  test('a text that is cut off inside of an escape is looked through by its keys', () => {
    const json = JSON.stringify({ text: JSON.stringify({ python: 'a "needle"', code: 'needle' }) });
    for (let length = 0; length <= json.length; length += 1) {
      expect(redact(json.slice(0, length))).not.toMatch(/nee|a \\+"/);
    }
  });

  test('each value that is taken out of a text counts', () => {
    const json = JSON.stringify({
      text: '{"code":"x","mel":"x","say":"Bearer abcdefgh12"}',
      token: 'x',
      say: 'sk-aaaaaaaaaaaaaaaa',
    });
    expect(redactJson(json, { paths: [] }).redactions).toBe(5);
  });

  test('leaves the content of a result, which is a list', () => {
    const json = '{"content":[{"type":"text","text":"done"}],"isError":false}';
    expect(redact(json)).toBe(json);
  });

  test.each([
    ['a member', 'a.b', '{"a":{"b":1,"c":1},"b":2}', '{"a":{"b":"[redacted]","c":1},"b":2}'],
    ['an element', 'a.1', '{"a":[1,[2],3]}', '{"a":[1,"[redacted]",3]}'],
    [
      'any element',
      'a.*.b',
      '{"a":[{"b":1},{"c":1},{"b":[1]}]}',
      '{"a":[{"b":"[redacted]"},{"c":1},{"b":"[redacted]"}]}',
    ],
  ])('takes out %s at a path', (_, path, json, redacted) => {
    expect(redact(json, path)).toBe(redacted);
  });

  test('changes no value that is not secret, whatever JSON it is', () => {
    const harmless = stringMatching(/^[a-d ]{0,5}$/);
    const json = jsonValue({ noUnicodeString: false }).map((value) => JSON.stringify({ v: value }));
    assert(
      property(json, harmless, (text, key) => {
        const { text: redacted } = redactJson(text, { paths: [] });
        expect(() => JSON.parse(redacted) as unknown).not.toThrow();
        expect(redact(`{"${key}":${text}}`)).toBe(`{"${key}":${redacted}}`);
      }),
    );
  });

  test('whatever stands in a secret place is never in what is left', () => {
    assert(
      property(anyJson(), nat({ max: 200 }), (json, cut) => {
        const text = `{"a":[{"secret":${json},"z":"${'needle'.repeat(2)}"}]}`;
        const { text: redacted } = redactJson(`{"token":${JSON.stringify(text)},"rest":1}`.slice(0, cut), {
          paths: [],
        });
        expect(redacted).not.toContain('needle');
      }),
    );
  });
});

describe('toPayload', () => {
  test('cuts on a code point and says how large it was', () => {
    const json = JSON.stringify({ say: 'ä'.repeat(100) });
    const payload = toPayload(json, { maxBytes: 50, paths: [] });
    expect(payload).toMatchObject({ truncated: true, original_size: Buffer.byteLength(json), redactions: 0 });
    expect(Buffer.byteLength(payload.content)).toBeLessThanOrEqual(50);
    expect(payload.content).not.toContain('\uFFFD');
  });

  test('a credential that the bound cuts in two is not kept in part', () => {
    const json = JSON.stringify({ say: `${'x'.repeat(30)} Bearer abcdefghijklmnopqrstuvwxyz` });
    expect(toPayload(json, { maxBytes: 60, paths: [] }).content).not.toContain('abcdef');
  });
});
