import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Catalog } from '../../src/catalog/catalog.ts';
import type { SearchHit } from '../../src/search/query/search-query.ts';
import { ToolSearch } from '../../src/search/tool-search.ts';

const WORDS = ['create', 'delete', 'sphere', 'cube', 'scene', 'file', 'render', 'read'];
const name = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }).map((words) => words.join('_'));
const query = fc
  .array(fc.constantFrom(...WORDS, 'creat', 'shpere', 'zz'), { maxLength: 4 })
  .map((words) => words.join(' '));

function catalogOf(names: readonly string[]): Catalog {
  const catalog = new Catalog();
  const instanceId = 'a1b2c3d4-0000-4000-8000-000000000001';
  catalog.setTools(
    { key: 'maya', instanceId, instanceShort: 'a1b2c3d4', dccType: 'maya' },
    names.map((tool, i) => ({ name: `${tool}_${i}`, description: `${tool.replaceAll('_', ' ')} here` })),
  );
  return catalog;
}

function isInOrder(a: SearchHit, b: SearchHit): boolean {
  return a.score > b.score || (a.score === b.score && a.record.slug < b.record.slug);
}

describe('search, whatever the tools and the query', () => {
  test('gives the same hits page by page as at once, in order, each once', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 90 }), query, fc.integer({ min: 1, max: 30 }), (names, text, limit) => {
        const toolSearch = new ToolSearch(catalogOf(names));
        const all = toolSearch.search({ query: text, limit: 100 });
        const pages: SearchHit[] = [];
        for (let offset = 0; offset < all.total; offset += limit) {
          pages.push(...toolSearch.search({ query: text, limit, offset }).hits);
        }
        expect(pages).toEqual(all.hits);
        expect(all.hits).toHaveLength(all.total);
        expect(all.hits.slice(1).every((hit, i) => isInOrder(all.hits[i]!, hit))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('ranks the same whatever the order in which tools came', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 30 }), query, (names, text) => {
        const slugs = (list: readonly string[]): unknown[] => {
          const catalog = new Catalog();
          const instanceId = 'a1b2c3d4-0000-4000-8000-000000000001';
          const tools = list.map((tool) => ({ name: tool }));
          catalog.setTools({ key: 'maya', instanceId, instanceShort: 'a1b2c3d4', dccType: 'maya' }, tools);
          return new ToolSearch(catalog).search({ query: text }).hits.map((hit) => [hit.record.slug, hit.score]);
        };
        expect(slugs(names.toReversed())).toEqual(slugs(names));
      }),
      { numRuns: 60 },
    );
  });

  test('never throws and never counts less than it shows', () => {
    const toolSearch = new ToolSearch(catalogOf(WORDS));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('fuzzy' as const, 'exact' as const), (text, mode) => {
        const result = toolSearch.search({ query: text, mode });
        expect(result.total).toBeGreaterThanOrEqual(result.hits.length);
      }),
      { numRuns: 200 },
    );
  });
});
