import { messageHash } from '@dcc-mcp/call-store/query';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';

const longMessage = (path: string): string =>
  `Could not read ${path}: the file is open in another program, and the lock that it has was not given back in time. ${'Close it. '.repeat(20)}`;

describe('messages of one cause have one hash', () => {
  test.each([
    ['numbers', 'no answer within 2000 ms', 'no answer within 30000 ms'],
    ['numbers with signs and fractions', 'a value of -1.5e-7 is out of range', 'a value of 1,024 is out of range'],
    ['quoted texts', `Scene 'shot 010' is not open`, `Scene 'it's mine' is not open`],
    ['quoted texts that were cut', 'there is no layer "beauty"', 'there is no layer "beau'],
    ['typographic quotes', 'no node “a b”', 'no node `c`'],
    ['JSON', 'unexpected {"frame": 12}', 'unexpected {"shot": "010"}'],
    ['paths', 'no such file: /mnt/show/a.exr', 'no such file: ~/b.exr'],
    ['paths of Windows', String.raw`no such file: C:\show\a.exr`, String.raw`no such file: \\server\show\b.exr`],
    ['paths from here', 'no such file: textures/wood.png', 'no such file: scenes/shot/010'],
    ['addresses', 'no answer from http://10.0.0.1:8080/mcp', 'no answer from https://maya.example/mcp?a=1'],
    ['UUIDs', 'no job 8c5f2b1e-1111-4222-8333-123456789abc', 'no job 01a227aa-7249-7b22-b1e9-8956d2740462'],
    ['hexadecimal ids, all digits or none', 'no instance a1b2c3d4', 'no instance 12345678'],
    ['ids of other alphabets', 'no session req_8fK2mQx9Zz', 'no session req_71'],
    ['parts of names', 'maya.a1b2c3d4.render_12 has failed', 'maya.0f0f0f0f.render_7 has failed'],
    ['lists of any length', 'missing frames: 1, 2, 3', 'missing frames: 4'],
    ['white space', 'no licence\n  was free', 'no licence was free'],
  ])('%s', (_, one, other) => {
    expect(messageHash(one)).toBe(messageHash(other));
  });

  test('wherever a long message was cut', () => {
    expect(messageHash(longMessage('/a').slice(0, 256))).toBe(messageHash(longMessage('/a/long/path').slice(0, 256)));
  });
});

describe('messages of different causes have different ones', () => {
  test.each([
    ['other words', 'no such file: /a/b', 'no such node: /a/b'],
    ['names of methods', 'tools/call is not supported', 'tools/list is not supported'],
    ['words with apostrophes', `can't open the scene, it's locked`, `can't find the scene, it's locked`],
    ['words of hexadecimal letters', 'the facade is missing', 'the decade is missing'],
    ['a value and none', 'no scene "a"', 'no scene'],
  ])('%s', (_, one, other) => {
    expect(messageHash(one)).not.toBe(messageHash(other));
  });
});

test('it stays what it was: filters are kept in links', () => {
  expect(['no answer within 2000 ms', ''].map(messageHash)).toEqual(['ac30930e', '811c9dc5']);
});

const words = fc.array(fc.constantFrom('render', 'failed', 'of', 'the', 'scene', 'is', 'not', 'open', "can't"), {
  minLength: 1,
  maxLength: 8,
});
const values = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((number) => number.toFixed(3)),
  fc.uuid(),
  fc.stringMatching(/^"[a-z ]{0,12}"$/),
  fc.stringMatching(/^\/[a-z]{1,8}(?:\/[a-z]{1,8}){0,3}$/),
  fc.stringMatching(/^0x[0-9a-f]{1,16}$/),
);

test('any words with any values in them have the hash of the words', () => {
  fc.assert(
    fc.property(words, values, values, fc.nat(8), (all, one, other, place) => {
      const messageOf = (value: string): string => [...all.slice(0, place), value, ...all.slice(place)].join(' ');
      expect(messageHash(messageOf(one))).toBe(messageHash(messageOf(other)));
      expect(messageHash(messageOf(one))).not.toBe(messageHash(all.join(' ')));
    }),
  );
});

test('no text is too strange to have one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
      expect(messageHash(text)).toMatch(/^[\da-f]{8}$/);
    }),
  );
});
