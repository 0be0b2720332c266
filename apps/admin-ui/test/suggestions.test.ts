import { QUERY_FIELDS } from '@dcc-mcp/call-store/query';
import { describe, expect, test } from '@jest/globals';
import { suggestionsFor } from '../src/parts/query/suggestions.ts';

const FIELDS = QUERY_FIELDS.calls;
const rows = [
  { tool: 'maya.bake', outcome: 'ok' },
  { tool: 'maya.bake', outcome: 'timeout', error: { message: 'no answer', message_hash: '0a1b2c3d' } },
  { tool: 'nuke.write', outcome: 'ok' },
];

const textsFor = (piece: string, known?: ReadonlyMap<string, number>): readonly unknown[] =>
  suggestionsFor(piece, FIELDS, { known, rows }).map(({ text, count }) => [text, count]);

describe('what a filter goes on with', () => {
  test('is a field that begins so', () => {
    expect(textsFor('durat')).toEqual([['duration_ms=', undefined]]);
  });

  test('is a value of the rows in sight, until more is known', () => {
    expect(textsFor('tool=')).toEqual([
      ['tool=maya.bake', 2],
      ['tool=nuke.write', 1],
    ]);
    expect(textsFor('error.message_hash=')).toEqual([['error.message_hash=0a1b2c3d', 1]]);
  });

  test('is a value of all rows, the most frequent first', () => {
    const known = new Map([
      ['nuke.write', 12_000],
      ['maya.bake', 9_000],
      ['old.tool', 3],
      ['x'.repeat(81), 2],
    ]);
    expect(textsFor('tool~', known)).toEqual([
      ['tool~nuke.write', 12_000],
      ['tool~maya.bake', 9_000],
      ['tool~old.tool', 3],
    ]);
    expect(textsFor('tool=OLD', known)).toEqual([['tool=old.tool', 3]]);
  });

  test('is a word of a closed set, seen or not', () => {
    expect(textsFor('outcome=time', new Map())).toEqual([['outcome=timeout', 0]]);
  });

  test('is nothing where the operator is none of the field, or the field is none', () => {
    expect([textsFor('tool>'), textsFor('nothing=')]).toEqual([[], []]);
  });
});
