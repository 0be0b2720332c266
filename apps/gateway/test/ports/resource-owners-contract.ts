// What every adapter of ResourceOwners promises. An adapter of another store runs these tests unchanged.
import { describe, expect, test } from '@jest/globals';
import type { ResourceOwners } from '../../src/mcp/pass-through/resource-owners.ts';

/** Opens one empty store twice, as two gateways would. */
export type OpenResourceOwners = (options: {
  readonly maxUris: number;
}) => Promise<{ readonly first: ResourceOwners; readonly second: ResourceOwners }>;

/** The first of those that listed it. */
async function ownerOf(owners: ResourceOwners, uri: string): Promise<string | undefined> {
  return (await owners.ownersOf(uri))[0];
}

export function resourceOwnersContract(name: string, open: OpenResourceOwners): void {
  describe(`${name} as ResourceOwners`, () => {
    test('every gateway knows who listed a resource', async () => {
      const { first, second } = await open({ maxUris: 10 });
      await first.replace({ instanceId: 'maya', uris: ['scene://one'], prefixes: [] });
      expect(await ownerOf(second, 'scene://one')).toBe('maya');
    });

    test('a resource that nobody listed has no owner', async () => {
      const { first } = await open({ maxUris: 10 });
      await first.replace({ instanceId: 'maya', uris: ['scene://one'], prefixes: ['frame://'] });
      expect(await ownerOf(first, 'scene://one/more')).toBeUndefined();
    });

    test('of two upstreams that list a resource the first has it', async () => {
      const { first, second } = await open({ maxUris: 10 });
      await first.replace({ instanceId: 'maya', uris: ['scene://one'], prefixes: [] });
      await second.replace({ instanceId: 'blender', uris: ['scene://one'], prefixes: [] });
      expect(await ownerOf(first, 'scene://one')).toBe('maya');
    });

    test('every upstream that lists a resource, or the template it fits, is known in that order', async () => {
      const { first, second } = await open({ maxUris: 10 });
      await first.replace({ instanceId: 'maya', uris: ['scene://one'], prefixes: ['frame://'] });
      await second.replace({ instanceId: 'blender', uris: ['scene://one'], prefixes: ['frame://'] });
      expect(await first.ownersOf('scene://one')).toEqual(['maya', 'blender']);
      expect(await first.ownersOf('frame://7')).toEqual(['maya', 'blender']);
      await first.forget('maya');
      expect(await second.ownersOf('scene://one')).toEqual(['blender']);
    });

    test('of two upstreams that list a resource at once one has it, for every gateway', async () => {
      const { first, second } = await open({ maxUris: 10 });
      await Promise.all([
        first.replace({ instanceId: 'maya', uris: ['scene://one'], prefixes: [] }),
        second.replace({ instanceId: 'blender', uris: ['scene://one'], prefixes: [] }),
      ]);
      const owner = await ownerOf(first, 'scene://one');
      expect(['maya', 'blender']).toContain(owner);
      expect(await ownerOf(second, 'scene://one')).toBe(owner);
    });

    test('a template owns what begins like it, a listed resource goes before', async () => {
      const { first } = await open({ maxUris: 10 });
      await first.replace({ instanceId: 'maya', uris: [], prefixes: ['frame://'] });
      await first.replace({ instanceId: 'blender', uris: ['frame://7'], prefixes: ['frame://'] });
      expect(await ownerOf(first, 'frame://1')).toBe('maya');
      expect(await ownerOf(first, 'frame://7')).toBe('blender');
    });

    test.each([
      [2, 'maya'],
      [3, 'maya'],
      [4, undefined],
    ])('the last of %i resources where 3 are remembered has the owner %s', async (uris, owner) => {
      const { first } = await open({ maxUris: 3 });
      const listed = Array.from({ length: uris }, (_, i) => `scene://${i + 1}`);
      await first.replace({ instanceId: 'maya', uris: listed, prefixes: [] });
      expect(await ownerOf(first, `scene://${uris}`)).toBe(owner);
      expect(await ownerOf(first, 'scene://1')).toBe('maya');
    });

    test('a new list replaces the one before, and what another lists as well is the other’s then', async () => {
      const { first, second } = await open({ maxUris: 10 });
      await first.replace({ instanceId: 'maya', uris: ['scene://one', 'scene://two'], prefixes: ['frame://'] });
      await second.replace({ instanceId: 'blender', uris: ['scene://one', 'scene://two'], prefixes: ['frame://'] });
      await first.replace({ instanceId: 'maya', uris: ['scene://two', 'scene://three'] });
      const found = ['scene://one', 'scene://two', 'scene://three', 'frame://1'].map((uri) => ownerOf(second, uri));
      expect(await Promise.all(found)).toEqual(['blender', 'maya', 'maya', 'maya']);
      await first.replace({ instanceId: 'maya', prefixes: [] });
      expect([await ownerOf(second, 'frame://1'), await ownerOf(second, 'scene://two')]).toEqual(['blender', 'maya']);
    });

    test('a part of a list is added to the rest', async () => {
      const { first, second } = await open({ maxUris: 2 });
      await first.add({ instanceId: 'maya', uris: ['scene://one'] });
      await first.add({ instanceId: 'maya', uris: ['scene://one', 'scene://two', 'scene://three'] });
      const found = ['scene://one', 'scene://two', 'scene://three'].map((uri) => ownerOf(second, uri));
      expect(await Promise.all(found)).toEqual(['maya', 'maya', undefined]);
    });

    test('an upstream that is gone owns nothing', async () => {
      const { first, second } = await open({ maxUris: 10 });
      await first.replace({ instanceId: 'maya', uris: ['scene://one', 'scene://two'], prefixes: ['frame://'] });
      await first.replace({ instanceId: 'blender', uris: ['scene://one'], prefixes: [] });
      await second.forget('maya');
      const found = ['scene://one', 'scene://two', 'frame://1'].map((uri) => ownerOf(first, uri));
      expect(await Promise.all(found)).toEqual(['blender', undefined, undefined]);
    });

    test('an upstream that fills its places takes none of another', async () => {
      const { first } = await open({ maxUris: 3 });
      const many = Array.from({ length: 4 }, (_, i) => `scene://${i}`);
      await first.replace({ instanceId: 'blender', uris: many, prefixes: many });
      await first.replace({ instanceId: 'maya', uris: ['other://one'], prefixes: ['frame://'] });
      expect([await ownerOf(first, 'other://one'), await ownerOf(first, 'frame://1')]).toEqual(['maya', 'maya']);
    });

    test('of the templates that a resource fits the longest owns it', async () => {
      const { first } = await open({ maxUris: 10 });
      await first.replace({ instanceId: 'maya', prefixes: ['frame://', 'x'] });
      await first.replace({ instanceId: 'blender', prefixes: ['frame://left/'] });
      const found = ['frame://left/1', 'frame://right/1', 'frame:/', 'xyz'].map((uri) => ownerOf(first, uri));
      expect(await Promise.all(found)).toEqual(['blender', 'maya', undefined, 'maya']);
    });
  });
}
