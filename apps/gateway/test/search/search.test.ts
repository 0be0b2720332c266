import { describe, expect, test } from '@jest/globals';
import { Catalog } from '../../src/catalog/catalog.ts';
import { type SearchAnswer, toSearchAnswer } from '../../src/operations/answers/search-answer.ts';
import type { JsonObject } from '../../src/protocol/json-rpc.ts';
import type { SearchQuery, SearchResult } from '../../src/search/query/search-query.ts';
import { RANKER_VERSION, ToolSearch } from '../../src/search/tool-search.ts';
import { readCatalog, readQueries } from './corpus/read-corpus.ts';

const MAYA = {
  key: 'maya-main',
  instanceId: 'a1b2c3d4-0000-4000-8000-000000000001',
  instanceShort: 'a1b2c3d4',
  dccType: 'maya',
};
const FILES = {
  key: 'filesystem',
  instanceId: 'f1f2f3f4-0000-4000-8000-000000000002',
  instanceShort: 'f1f2f3f4',
  dccType: 'filesystem',
};

const RADIUS = { type: 'object', properties: { radius: { type: 'number' } }, required: ['radius'] };

function tool(name: string, description: string, more: JsonObject = {}): JsonObject {
  return { name, description, inputSchema: { type: 'object', properties: {} }, ...more };
}

function createCatalog(): Catalog {
  const catalog = new Catalog();
  catalog.setTools(MAYA, [
    tool('create_sphere', 'Create a polygon sphere', {
      inputSchema: RADIUS,
      annotations: { destructiveHint: true },
      _meta: { dcc: { searchAliases: ['ball'], tags: ['modeling'], skill: 'primitives' } },
    }),
    tool('create_cube', 'Create a polygon cube', {
      _meta: { dcc: { tags: ['modeling', 'beta'], skill: 'primitives' } },
    }),
    tool('getSceneInfo', 'What is open', { title: 'Scene details', annotations: { readOnlyHint: true } }),
    tool('__skill__mesh-tools', '[maya] 2 tools • keywords: bevel, mesh • Call load_skill("mesh-tools")'),
  ]);
  catalog.setTools(FILES, [
    tool('read_file', 'Read a file', { inputSchema: { type: 'object', properties: { encoding: { type: 'string' } } } }),
    tool('write_file', 'Write a file'),
  ]);
  return catalog;
}

function find(query: SearchQuery): SearchResult {
  return new ToolSearch(createCatalog()).search(query);
}

function names(query: SearchQuery): string[] {
  return find(query).hits.map((hit) => hit.record.backendTool);
}

function answer(query: SearchQuery): SearchAnswer {
  return toSearchAnswer(find(query), 'search-1');
}

function sceneOf(instanceId: string): string | undefined {
  return instanceId === FILES.instanceId ? '/shots/sh010/anim.ma' : undefined;
}

function rankings(catalog: Catalog): unknown[] {
  const toolSearch = new ToolSearch(catalog);
  return readQueries().map(({ query }) => toolSearch.search({ query }).hits.map((hit) => [hit.record.slug, hit.score]));
}

describe('ToolSearch', () => {
  test('answers the shape of the contract, and nothing else', () => {
    expect(answer({ query: 'create_sphere', limit: 1 })).toEqual({
      search_id: 'search-1',
      ranker_version: RANKER_VERSION,
      index_generation: 2,
      total: 2,
      zero_results: false,
      hits: [
        {
          tool_slug: 'maya.a1b2c3d4.create_sphere',
          backend_tool: 'create_sphere',
          skill_name: 'primitives',
          summary: 'Create a polygon sphere',
          tags: ['modeling', 'destructive'],
          dcc_type: 'maya',
          instance_id: MAYA.instanceId,
          has_schema: true,
          loaded: true,
          annotations: { destructiveHint: true },
          rank: 1,
          score: expect.any(Number),
          match_reasons: expect.arrayContaining(['tool_exact', 'tool_lexical', 'summary']),
          next_step: {
            operation: 'describe',
            arguments: { tool_slug: 'maya.a1b2c3d4.create_sphere', meta: { search_id: 'search-1' } },
            meta: { search_id: 'search-1' },
          },
        },
      ],
    });
  });

  test('says zero_results when nothing matches', () => {
    expect(answer({ query: 'zzzzqqqq' })).toMatchObject({ total: 0, zero_results: true, hits: [] });
  });

  test.each([
    ['the exact name', 'create_sphere', 'tool_exact'],
    ['the beginning of the name', 'create_sph', 'tool_prefix'],
    ['a word of the name', 'sphere', 'tool_lexical'],
    ['a misspelled word of the name', 'shpere', 'tool_fuzzy'],
    ['an alias', 'ball', 'alias'],
    ['a tag', 'modeling', 'tag'],
    ['a word of the summary', 'polygon', 'summary'],
    ['a property of the schema', 'radius', 'schema'],
    ['its skill', 'primitives', 'skill'],
  ])('names %s as a reason', (_, query, reason) => {
    const hit = find({ query }).hits.find((candidate) => candidate.record.backendTool === 'create_sphere');
    expect(hit?.matchReasons).toContain(reason);
  });

  test('gives at most five reasons', () => {
    const query = 'create sphere ball modeling polygon radius primitives';
    expect(find({ query, skillHint: 'primitives' }).hits[0]?.matchReasons).toHaveLength(5);
  });

  test.each([
    ['camelCase names', 'scene info', 'getSceneInfo'],
    ['titles', 'details', 'getSceneInfo'],
    ['words written as one', 'createsphere', 'create_sphere'],
    ['other endings', 'creating spheres', 'create_sphere'],
    ['letters missing', 'spher', 'create_sphere'],
    ['letters too many', 'spheere', 'create_sphere'],
  ])('finds %s', (_, query, expected) => {
    expect(names({ query })[0]).toBe(expected);
  });

  test('lists everything by slug without a query', () => {
    const result = find({ query: '  ' });
    expect(result.total).toBe(6);
    expect(result.hits.map((hit) => hit.record.slug)).toEqual([
      'filesystem.f1f2f3f4.read_file',
      'filesystem.f1f2f3f4.write_file',
      'maya.a1b2c3d4.__skill__mesh-tools',
      'maya.a1b2c3d4.create_cube',
      'maya.a1b2c3d4.create_sphere',
      'maya.a1b2c3d4.getSceneInfo',
    ]);
    expect(result.hits.every((hit) => hit.score === 0)).toBe(true);
  });

  test('orders equal scores by slug', () => {
    const result = find({ query: 'file' });
    expect(result.hits.map((hit) => hit.record.backendTool)).toEqual(['read_file', 'write_file']);
  });

  test.each([
    ['dcc_type', { dccType: 'FILESYSTEM' }, ['read_file', 'write_file']],
    ['dcc_types', { dccTypes: ['filesystem', 'nuke'] }, ['read_file', 'write_file']],
    ['dcc_type or dcc_types', { dccType: 'nuke', dccTypes: ['filesystem'] }, ['read_file', 'write_file']],
    ['instance_id', { instanceId: FILES.instanceId }, ['read_file', 'write_file']],
    ['the first digits of instance_id', { instanceId: 'f1f2' }, ['read_file', 'write_file']],
    ['all of tags', { tags: ['modeling', 'beta'] }, ['create_cube']],
    ['any of tags_any', { tagsAny: ['beta', 'read-only'] }, ['create_cube', 'getSceneInfo']],
    ['none of exclude_tags', { tags: ['modeling'], excludeTags: ['beta'] }, ['create_sphere']],
    ['loaded_only', { query: 'mesh bevel', loadedOnly: true }, []],
    ['policy', { isVisible: (record: { backendTool: string }) => record.backendTool === 'read_file' }, ['read_file']],
  ])('filters by %s before it counts', (_, query, expected) => {
    const result = find(query);
    expect(result.hits.map((hit) => hit.record.backendTool)).toEqual(expected);
    expect(result.total).toBe(expected.length);
  });

  test('counts all matches on every page and ranks over pages', () => {
    const all = find({ limit: 100 });
    const page = find({ limit: 2, offset: 2 });
    expect(page.total).toBe(all.total);
    expect(page.hits.map((hit) => [hit.rank, hit.record.slug])).toEqual(
      all.hits.slice(2, 4).map((hit) => [hit.rank, hit.record.slug]),
    );
    expect(page.hits.map((hit) => hit.rank)).toEqual([3, 4]);
  });

  test('answers an empty page behind the last hit', () => {
    expect(answer({ offset: 50 })).toMatchObject({ total: 6, zero_results: false, hits: [] });
  });

  test('scores a tool by its best clause', () => {
    const result = find({ query: 'sphere', orQueries: ['read_file'] });
    expect(result.hits.map((hit) => hit.record.backendTool)).toContain('create_sphere');
    expect(result.hits[0]?.score).toBe(find({ query: 'read_file' }).hits[0]?.score);
  });

  test('drops hits below min_score, and none without a query', () => {
    const best = find({ query: 'create sphere' }).hits[0]?.score ?? 0;
    expect(names({ query: 'create sphere', minScore: best })).toEqual(['create_sphere']);
    expect(find({ minScore: 99 }).total).toBe(6);
  });

  test('ranks a hinted skill up', () => {
    const hit = find({ query: 'polygon cube', skillHint: 'primitives' }).hits[0];
    expect(hit?.matchReasons).toContain('skill_hint');
    expect(hit?.score).toBeGreaterThan(find({ query: 'polygon cube' }).hits[0]?.score ?? 0);
  });

  test('ranks the instance up that has the hinted scene open', () => {
    const result = find({ sceneHint: 'sh010', sceneOf });
    expect(result.hits[0]).toMatchObject({ record: { dccType: 'filesystem' }, matchReasons: ['scene_hint'] });
  });

  test('matches substrings only in exact mode', () => {
    expect(names({ query: 'ate_sph', mode: 'exact' })).toEqual(['create_sphere']);
    expect(names({ query: 'shpere', mode: 'exact' })).toEqual([]);
    expect(find({ query: 'CREATE_SPHERE', mode: 'exact' }).hits[0]?.matchReasons).toContain('tool_exact');
  });

  test.each([
    ['load_skill for what is not loaded', 'bevel', 'load_skill'],
    ['describe for a tool with a schema', 'create_sphere', 'describe'],
    ['call for a tool without one', 'create_cube', 'call'],
  ])('names %s as the next step', (_, query, operation) => {
    expect(answer({ query }).hits[0]?.next_step).toMatchObject({ operation, meta: { search_id: 'search-1' } });
  });

  test('tells what to load', () => {
    expect(answer({ query: 'bevel' }).hits[0]).toMatchObject({
      loaded: false,
      skill_name: 'mesh-tools',
      next_step: {
        arguments: {
          skill_name: 'mesh-tools',
          instance_id: MAYA.instanceId,
          dcc_type: 'maya',
          meta: { search_id: 'search-1' },
        },
      },
    });
  });

  test('follows the catalog: a new tool is found, a removed one is not', () => {
    const catalog = createCatalog();
    const toolSearch = new ToolSearch(catalog);
    catalog.setTools(FILES, [tool('compress_archive', 'Make a zip file')]);
    expect(toolSearch.search({ query: 'zip' }).total).toBe(1);
    expect(toolSearch.search({ query: 'read_file', dccType: 'filesystem' }).hits).toMatchObject([
      { record: { backendTool: 'compress_archive' } },
    ]);
    catalog.removeUpstream(FILES.instanceId);
    expect(toolSearch.search({ query: 'zip' }).total).toBe(0);
  });

  test('ranks the same after many changes as after a fresh start', () => {
    const fresh = readCatalog();
    const churned = readCatalog();
    for (let round = 0; round < 30; round += 1) {
      churned.setTools(
        MAYA,
        Array.from({ length: 100 }, (_, i) => tool(`temporary_${round}_${i}`, 'Create a mesh')),
      );
    }
    churned.removeUpstream(MAYA.instanceId);
    expect(rankings(churned)).toEqual(rankings(fresh));
  });

  test('finds the right tool among the first five for nine of ten queries of the labelled corpus', () => {
    const toolSearch = new ToolSearch(readCatalog());
    const queries = readQueries();
    const missed = queries.filter(({ query, answers }) => {
      const { hits } = toolSearch.search({ query, limit: 5 });
      return !hits.some(({ record }) => answers.includes(`${record.dccType}.${record.backendTool}`));
    });
    expect(queries.length).toBeGreaterThanOrEqual(60);
    expect(1 - missed.length / queries.length).toBeGreaterThanOrEqual(0.9);
  });

  test.each(['   ', '***', 'the', '\u0000', '😀', 'a'.repeat(100_000), 'x '.repeat(10_000)])(
    'stands the query %#',
    (query) => {
      expect(() => find({ query })).not.toThrow();
      expect(() => find({ query, mode: 'exact' })).not.toThrow();
    },
  );
});
