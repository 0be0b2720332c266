import { describe, expect, test } from '@jest/globals';
import { changesOf, pairLines } from '../src/panels/governance/held-changes.ts';
import { openCircuits, rulesOf } from '../src/panels/governance/policy-words.ts';

describe('policy in sentences', () => {
  test('says that everything is allowed where nothing is restricted', () => {
    expect(rulesOf({ unrestricted: true, read_only: false, allowed_dcc_types: [] })).toEqual([
      { id: 'unrestricted', allowed: [] },
    ]);
  });

  test('names of each rule what it allows, the reason of what it denies, and its setting', () => {
    const rules = rulesOf({
      unrestricted: false,
      read_only: true,
      allowed_dcc_types: ['maya'],
      allowed_tool_slug_prefixes: ['maya.1.get'],
    });
    expect(rules).toEqual([
      { id: 'read_only', allowed: [], reason: 'read-only', setting: 'policy.readOnly' },
      { id: 'allowed_dcc_types', allowed: ['maya'], reason: 'dcc-allowlist', setting: 'policy.allowedDccTypes' },
      {
        id: 'allowed_tool_slug_prefixes',
        allowed: ['maya.1.get'],
        reason: 'tool-allowlist',
        setting: 'policy.allowedToolSlugPrefixes',
      },
    ]);
  });

  test('tells of circuits that are not closed', () => {
    const circuits = (['closed', 'open', 'half-open'] as const).map((state) => ({ instance_id: state, state }));
    expect(openCircuits(circuits).map(({ state }) => state)).toEqual(['open', 'half-open']);
  });
});

describe('a held tool', () => {
  test('stands side by side: lines that stayed in their order, the others beside each other', () => {
    expect(pairLines('a\nb\nc\nd', 'a\nB\nc\nd\ne')).toEqual([
      { was: 'a', is: 'a' },
      { was: 'b', is: 'B' },
      { was: 'c', is: 'c' },
      { was: 'd', is: 'd' },
      { is: 'e' },
    ]);
    expect(pairLines('', 'new')).toEqual([{ is: 'new' }]);
    expect(pairLines('old\nkept', 'kept')).toEqual([{ was: 'old' }, { was: 'kept', is: 'kept' }]);
  });

  test('shows the parts that changed, and no hashes', () => {
    const changes = changesOf({
      tool: 'maya.1.bake',
      was_hash: 'aa',
      is_hash: 'bb',
      was: { description: 'Bakes.', input_schema: { type: 'object' } },
      is: { description: 'Bakes.\u200B', input_schema: { type: 'object' } },
    });
    expect(changes).toEqual([{ name: 'description', lines: [{ was: 'Bakes.', is: 'Bakes.\u200B' }] }]);
    expect(changesOf({ was_description: 'a', is_description: 'b' }).map(({ name }) => name)).toEqual(['description']);
  });
});
