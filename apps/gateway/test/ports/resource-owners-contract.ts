// What every adapter of ResourceOwners promises. An adapter of another store runs these tests unchanged.
import { describe, expect, test } from '@jest/globals';
import type { ResourceOwners } from '../../src/mcp/pass-through/resource-owners.ts';

/** Opens one empty store twice, as two gateways would. */
export type OpenResourceOwners = (options: {
  readonly maxUris: number;
}) => Promise<{ readonly first: ResourceOwners; readonly second: ResourceOwners }>;

export function resourceOwnersContract(name: string, open: OpenResourceOwners): void {
  describe(`${name} as ResourceOwners`, () => {
    test('every gateway knows who listed a resource', async () => {
      const { first, second } = await open({ maxUris: 10 });
      await first.note({ instanceId: 'maya', uris: ['scene://one'], prefixes: [] });
      expect(await second.ownerOf('scene://one')).toBe('maya');
    });

    test('a resource that nobody listed has no owner', async () => {
      const { first } = await open({ maxUris: 10 });
      await first.note({ instanceId: 'maya', uris: ['scene://one'], prefixes: ['frame://'] });
      expect(await first.ownerOf('scene://one/more')).toBeUndefined();
    });

    test('of two upstreams that list a resource the first has it', async () => {
      const { first, second } = await open({ maxUris: 10 });
      await first.note({ instanceId: 'maya', uris: ['scene://one'], prefixes: [] });
      await second.note({ instanceId: 'blender', uris: ['scene://one'], prefixes: [] });
      expect(await first.ownerOf('scene://one')).toBe('maya');
    });

    test('of two upstreams that list a resource at once one has it, for every gateway', async () => {
      const { first, second } = await open({ maxUris: 10 });
      await Promise.all([
        first.note({ instanceId: 'maya', uris: ['scene://one'], prefixes: [] }),
        second.note({ instanceId: 'blender', uris: ['scene://one'], prefixes: [] }),
      ]);
      const owner = await first.ownerOf('scene://one');
      expect(['maya', 'blender']).toContain(owner);
      expect(await second.ownerOf('scene://one')).toBe(owner);
    });

    test('a template owns what begins like it, a listed resource goes before', async () => {
      const { first } = await open({ maxUris: 10 });
      await first.note({ instanceId: 'maya', uris: [], prefixes: ['frame://'] });
      await first.note({ instanceId: 'blender', uris: ['frame://7'], prefixes: ['frame://'] });
      expect(await first.ownerOf('frame://1')).toBe('maya');
      expect(await first.ownerOf('frame://7')).toBe('blender');
    });

    test.each([
      [2, 'maya'],
      [3, 'maya'],
      [4, undefined],
    ])('the last of %i resources where 3 are remembered has the owner %s', async (uris, owner) => {
      const { first } = await open({ maxUris: 3 });
      const listed = Array.from({ length: uris }, (_, i) => `scene://${i + 1}`);
      await first.note({ instanceId: 'maya', uris: listed, prefixes: [] });
      expect(await first.ownerOf(`scene://${uris}`)).toBe(owner);
      expect(await first.ownerOf('scene://1')).toBe('maya');
    });
  });
}
