import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Catalog } from '../../src/catalog/catalog.ts';
import { toSearchAnswer } from '../../src/operations/answers/search-answer.ts';
import type { JsonObject } from '../../src/protocol/json-rpc.ts';
import { ToolSearch } from '../../src/search/tool-search.ts';

const MAYA = {
  key: 'maya',
  instanceId: 'a1b2c3d4-0000-4000-8000-000000000001',
  instanceShort: 'a1b2c3d4',
  dccType: 'maya',
};
const TWIN = { ...MAYA, key: 'twin', instanceId: 'a1b2c3d4-0000-4000-8000-000000000002' };

function tool(name: string, more: JsonObject = {}): JsonObject {
  return { name, description: `Does ${name}`, inputSchema: { type: 'object' }, ...more };
}

function withTools(...names: string[]): Catalog {
  const catalog = new Catalog();
  catalog.setTools(
    MAYA,
    names.map((name) => tool(name)),
  );
  return catalog;
}

function withSearch(...names: string[]): ToolSearch {
  return new ToolSearch(withTools(...names));
}

function deepTool(): JsonObject {
  let inputSchema: JsonObject = {};
  for (let i = 0; i < 200_000; i += 1) {
    inputSchema = { items: inputSchema };
  }
  return tool('deep', { inputSchema });
}

function recorded(name: string): JsonObject[] {
  const file = new URL(`recordings/${name}`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as JsonObject[];
}

describe('Catalog', () => {
  test('makes the slug of dcc type, short instance id and tool', () => {
    expect(withTools('scene.open.v2').get('maya.a1b2c3d4.scene.open.v2')).toMatchObject({
      slug: 'maya.a1b2c3d4.scene.open.v2',
      backendTool: 'scene.open.v2',
      label: 'maya__scene.open.v2',
    });
  });

  test('takes a whole instance id in a slug', () => {
    expect(withTools('a').get(`maya.${MAYA.instanceId}.a`)?.slug).toBe('maya.a1b2c3d4.a');
    expect(withTools('a').get(`maya.${MAYA.instanceId.toUpperCase()}.a`)?.slug).toBe('maya.a1b2c3d4.a');
  });

  test.each([
    ['nonsense', 'malformed'],
    ['maya.a1b2c3d4.', 'malformed'],
    ['maya.xyz.a', 'malformed'],
    ['.a1b2c3d4.a', 'malformed'],
    ['maya.ffffffff.a', 'unknown_instance'],
    ['blender.a1b2c3d4.a', 'unknown_instance'],
    ['maya.a1b2c3d4.b', 'unknown_tool'],
    ['maya.a1b2c3d4.a', 'found'],
  ])('resolves %s as %s', (slug, kind) => {
    expect(withTools('a').resolve(slug).kind).toBe(kind);
  });

  test('splits a slug at its first two dots', () => {
    expect(new Catalog().parseSlug('maya.A1B2C3D4.a.b.c')).toEqual({
      dccType: 'maya',
      id8: 'a1b2c3d4',
      backendTool: 'a.b.c',
    });
    expect(new Catalog().parseSlug('maya.a.b')).toBeUndefined();
  });

  test('calls a slug ambiguous when two instances share its digits, and names both in full', () => {
    const catalog = withTools('a', 'only_here');
    catalog.setTools(TWIN, [tool('a')]);
    expect(catalog.resolve('maya.a1b2c3d4.a')).toEqual({
      kind: 'ambiguous',
      candidates: [`maya.${MAYA.instanceId}.a`, `maya.${TWIN.instanceId}.a`],
    });
    expect(catalog.get(`maya.${TWIN.instanceId}.a`)?.instanceId).toBe(TWIN.instanceId);
    expect(catalog.get('maya.a1b2c3d4.only_here')?.instanceId).toBe(MAYA.instanceId);
  });

  test('tells the tools of both by slugs that lead to them, whichever came first', () => {
    const catalog = withTools('a', 'only_here');
    const seen = new Map<string, string>();
    catalog.observe({
      add: ({ slug, instanceId }) => void seen.set(slug, instanceId),
      remove: ({ slug }) => void seen.delete(slug),
    });
    const { generation } = catalog;
    catalog.setTools(TWIN, [tool('a')]);
    expect(catalog.generation).toBeGreaterThan(generation);
    expect([...seen.keys()].toSorted()).toEqual(
      [`maya.${MAYA.instanceId}.a`, `maya.${MAYA.instanceId}.only_here`, `maya.${TWIN.instanceId}.a`].toSorted(),
    );
    for (const { slug, instanceId, backendTool } of catalog.records()) {
      expect(catalog.get(slug)).toMatchObject({ instanceId, backendTool });
    }
    expect(catalog.size).toBe(3);
    catalog.setTools(MAYA, [tool('a'), tool('later')]);
    expect(catalog.get(`maya.${MAYA.instanceId}.later`)?.slug).toBe(`maya.${MAYA.instanceId}.later`);
  });

  test('moves its generation with a change, and only then', () => {
    const catalog = withTools('a', 'b');
    const { generation } = catalog;
    expect(catalog.setTools(MAYA, [tool('b'), tool('a')])).toBe(false);
    expect(catalog.generation).toBe(generation);
    expect(catalog.setTools(MAYA, [tool('a', { description: 'Other' }), tool('b')])).toBe(true);
    expect(catalog.generation).toBe(generation + 1);
    expect(catalog.setTools(MAYA, [tool('b')])).toBe(true);
    expect(catalog.removeUpstream(MAYA.instanceId)).toBe(true);
    expect(catalog.removeUpstream(MAYA.instanceId)).toBe(false);
    expect(catalog.generation).toBe(generation + 3);
  });

  test('leads a slug that it has led before to what is there now', () => {
    const catalog = withTools('render');
    const slug = 'maya.a1b2c3d4.render';
    expect(catalog.resolve(slug).kind).toBe('found');
    catalog.setTools(MAYA, [tool('render', { title: 'New' })]);
    expect(catalog.get(slug)?.tool['title']).toBe('New');
    catalog.setTools(TWIN, [tool('render')]);
    expect(catalog.resolve(slug).kind).toBe('ambiguous');
    catalog.removeUpstream(TWIN.instanceId);
    expect(catalog.resolve(slug).kind).toBe('found');
    catalog.removeUpstream(MAYA.instanceId);
    expect(catalog.resolve(slug).kind).toBe('unknown_instance');
  });

  test('keeps the record of an unchanged tool the same object', () => {
    const catalog = withTools('a', 'b');
    const record = catalog.get('maya.a1b2c3d4.a');
    catalog.setTools(MAYA, [tool('a'), tool('c')]);
    expect(catalog.get('maya.a1b2c3d4.a')).toBe(record);
  });

  test('stands a tool that is nested deeper than the stack', () => {
    const catalog = new Catalog();
    catalog.setTools(MAYA, [deepTool()]);
    expect(() => catalog.setTools(MAYA, [deepTool()])).not.toThrow();
    expect(catalog.get('maya.a1b2c3d4.deep')).toBeDefined();
  });

  test('counts tools while they are there', () => {
    const catalog = withTools('a', 'b');
    catalog.setTools({ ...TWIN, instanceId: 'ffffffff-0000-4000-8000-000000000002', instanceShort: 'ffffffff' }, [
      tool('a'),
    ]);
    expect(catalog.size).toBe(3);
    catalog.removeUpstream(MAYA.instanceId);
    expect(catalog.size).toBe(1);
  });

  test('passes over tools without a name and takes the first of two with the same', () => {
    const catalog = new Catalog();
    catalog.setTools(MAYA, [{}, { name: 7 }, { name: '' }, tool('a'), tool('a', { description: 'second' })]);
    expect([...catalog.records()].map((record) => record.summary)).toEqual(['Does a']);
  });

  test('cuts a summary at 160 characters and to its first paragraph', () => {
    const catalog = new Catalog();
    catalog.setTools(MAYA, [
      tool('long', { description: 'ä😀'.repeat(200) }),
      tool('two', { description: 'First\n  line.\n\nSecond paragraph.' }),
      tool('none', { description: '', title: 'Titled' }),
    ]);
    expect(Array.from(catalog.tool(MAYA.instanceId, 'long')?.summary ?? '')).toHaveLength(160);
    expect(catalog.tool(MAYA.instanceId, 'two')?.summary).toBe('First line.');
    expect(catalog.tool(MAYA.instanceId, 'none')?.summary).toBe('Titled');
  });

  test.each([
    [{ type: 'object' }, false],
    [{ type: 'object', properties: {} }, false],
    [{ type: 'object', properties: { a: {} } }, true],
    [{ type: 'object', required: ['a'] }, true],
    [{ $ref: '#/$defs/a', $defs: {} }, true],
  ])('says whether the schema %j asks for anything', (inputSchema, expected) => {
    const catalog = new Catalog();
    catalog.setTools(MAYA, [tool('a', { inputSchema })]);
    expect(catalog.get('maya.a1b2c3d4.a')?.hasSchema).toBe(expected);
  });

  test.each([
    [{ _meta: { dcc: { skill: 's', tags: ['t'], searchAliases: ['x'] } } }],
    [{ _meta: { 'dcc.skill': 's', 'dcc.tags': ['t'], 'dcc.searchAliases': ['x'] } }],
    [{ _meta: { group: 's', tags: ['t'], aliases: ['x'] } }],
  ])('reads skill, tags and aliases from %j', (more) => {
    const catalog = new Catalog();
    catalog.setTools(MAYA, [tool('a', more)]);
    expect(catalog.get('maya.a1b2c3d4.a')).toMatchObject({ skillName: 's', tags: ['t'], aliases: ['x'] });
  });

  test('offers up to five near slugs, nearest first, and none that is hidden', () => {
    const toolSearch = withSearch(
      'create_sphere',
      'create_cube',
      'delete_sphere',
      'render',
      'list',
      'spheres',
      'create_spheres',
    );
    expect(toolSearch.nearest('maya.a1b2c3d4.create_spere', { limit: 5 })[0]).toBe('maya.a1b2c3d4.create_sphere');
    expect(toolSearch.nearest('maya.a1b2c3d4.create_spere', { limit: 5 })).toHaveLength(4);
    expect(toolSearch.nearest('create_sphere', { limit: 5 })[0]).toBe('maya.a1b2c3d4.create_sphere');
    expect(toolSearch.nearest('maya.a1b2c3d4.zzzz', { limit: 5 })).toEqual([]);
    expect(
      toolSearch.nearest('create_sphere', { limit: 5, accepts: (record) => record.backendTool === 'render' }),
    ).toEqual([]);
  });

  test('prefers the instance that was meant among near slugs', () => {
    const catalog = withTools('create_sphere');
    const toolSearch = new ToolSearch(catalog);
    const other = { ...TWIN, instanceId: '00000000-0000-4000-8000-000000000002', instanceShort: '00000000' };
    catalog.setTools(other, [tool('create_sphere')]);
    expect(toolSearch.nearest('maya.a1b2c3d4.create_spher', { limit: 5 })).toEqual([
      'maya.a1b2c3d4.create_sphere',
      'maya.00000000.create_sphere',
    ]);
  });
});

describe('Catalog with a dcc-mcp-core host', () => {
  test('lists a stub as a skill that is not loaded', () => {
    const catalog = new Catalog();
    catalog.setTools(MAYA, recorded('tools-unloaded.json'));
    expect(catalog.skill('mesh-tools')).toEqual([
      {
        name: 'mesh-tools',
        kind: 'dcc-mcp-core',
        dccType: 'maya',
        instanceId: MAYA.instanceId,
        instanceShort: 'a1b2c3d4',
        upstreamKey: 'maya',
        summary: '[maya] 2 tools • keywords: cube, bevel, mesh, bounding box • Call load_skill("mesh-tools")',
        isLoaded: false,
        toolSlugs: [],
        fullSlugs: [],
      },
    ]);
  });

  test('guesses no skill for tools that take the place of a stub', () => {
    const catalog = new Catalog();
    catalog.setTools(MAYA, recorded('tools-unloaded.json'));
    catalog.setTools(MAYA, recorded('tools-loaded.json'));
    expect(catalog.get('maya.a1b2c3d4.create_cube')?.skillName).toBeUndefined();
  });

  test('gives the tools the host says it has registered to their skill', () => {
    const catalog = new Catalog();
    catalog.setTools(MAYA, recorded('tools-loaded.json'));
    expect(catalog.skill('mesh-tools')).toEqual([]);
    catalog.assignSkill(MAYA.instanceId, 'mesh-tools', ['mesh_tools__create_cube', 'mesh_tools__measure_bounds']);
    expect(catalog.setTools(MAYA, recorded('tools-loaded.json'))).toBe(true);
    expect(catalog.get('maya.a1b2c3d4.create_cube')?.skillName).toBe('mesh-tools');
  });

  test.each([
    ['a__b__do', 'a__b'],
    ['a-b__do', 'a-b'],
    ['a_b__do__it', 'a-b'],
    ['a__do', 'a'],
    ['a__do__b', 'a'],
    ['c__do', 'c'],
  ])('reads the skill of %s as the longest known one before it: %s', (name, skill) => {
    const catalog = new Catalog();
    const stubs = ['a', 'a__b', 'a-b'].map((known) => tool(`__skill__${known}`));
    catalog.setTools(MAYA, [...recorded('tools-unloaded.json'), ...stubs, tool(name)]);
    expect(catalog.get(`maya.a1b2c3d4.${name}`)?.skillName).toBe(skill);
  });

  test('reads the skill from a full tool name', () => {
    const catalog = new Catalog();
    catalog.setTools(MAYA, [...recorded('tools-unloaded.json'), tool('mesh_tools__extrude'), tool('rig_tools__bind')]);
    expect(catalog.get('maya.a1b2c3d4.mesh_tools__extrude')?.skillName).toBe('mesh-tools');
    expect(catalog.get('maya.a1b2c3d4.rig_tools__bind')?.skillName).toBe('rig_tools');
  });

  test('takes the full name of a tool, as the gateway of dcc-mcp-core shows it', () => {
    const catalog = new Catalog();
    catalog.setTools(MAYA, recorded('tools-unloaded.json'));
    expect(catalog.get('maya.a1b2c3d4.mesh_tools__create_cube')).toMatchObject({
      isStub: true,
      skillName: 'mesh-tools',
    });
    catalog.assignSkill(MAYA.instanceId, 'mesh-tools', ['mesh_tools__create_cube', 'mesh_tools__measure_bounds']);
    catalog.setTools(MAYA, recorded('tools-loaded.json'));
    expect(catalog.get('maya.a1b2c3d4.mesh_tools__create_cube')).toMatchObject({ backendTool: 'create_cube' });
    expect(catalog.get('maya.a1b2c3d4.mesh_tools__create_sphere')).toBeUndefined();
    expect(catalog.get('maya.a1b2c3d4.other__create_cube')).toBeUndefined();
  });

  test('does not offer the control tools of the host, but lets them be called', () => {
    const catalog = new Catalog();
    catalog.setTools(MAYA, recorded('tools-unloaded.json'));
    const slugs = new ToolSearch(catalog).search({ limit: 100 }).hits.map((hit) => hit.record.backendTool);
    expect(slugs).toEqual([
      '__skill__mesh-tools',
      'boom',
      'create_sphere',
      'echo',
      'fail',
      'jobs_get_status',
      'seen',
      'slow',
    ]);
    expect(catalog.get('maya.a1b2c3d4.load_skill')?.isListed).toBe(false);
  });

  test('offers tools of those names when another server has them', () => {
    const catalog = withTools('load_skill', 'list_roots');
    expect(new ToolSearch(catalog).search({}).total).toBe(2);
  });
});

describe('Catalog with a lazy upstream', () => {
  const lazy = { ...MAYA, key: 'Renderer', isLazy: true };

  test('is a skill of its own from the first moment', () => {
    const catalog = new Catalog();
    expect(catalog.setTools({ ...lazy, isLoaded: false }, [])).toBe(true);
    expect(catalog.skill('renderer')).toMatchObject([{ kind: 'lazy-upstream', name: 'Renderer', isLoaded: false }]);
  });

  test('is found by search before its tools are known', () => {
    const catalog = new Catalog();
    catalog.setTools({ ...lazy, isLoaded: false }, []);
    expect(toSearchAnswer(new ToolSearch(catalog).search({ query: 'renderer' }), 's').hits[0]?.next_step).toMatchObject(
      {
        operation: 'load_skill',
        arguments: { skill_name: 'Renderer' },
      },
    );
    expect(catalog.size).toBe(0);
  });

  test('keeps the tools of its last connection, not loaded, until it runs', () => {
    const catalog = new Catalog();
    catalog.setTools({ ...lazy, isLoaded: false }, [tool('render')]);
    expect(catalog.get('maya.a1b2c3d4.render')).toMatchObject({ isLoaded: false, skillName: 'Renderer' });
    expect(catalog.setTools({ ...lazy, isLoaded: true }, [tool('render')])).toBe(true);
    expect(catalog.get('maya.a1b2c3d4.render')?.isLoaded).toBe(true);
    expect(catalog.skill('renderer')).toMatchObject([{ isLoaded: true, toolSlugs: ['maya.a1b2c3d4.render'] }]);
  });
});

describe('Catalog.skill', () => {
  test('narrows by instance and host type', () => {
    const catalog = new Catalog();
    const other = {
      ...MAYA,
      key: 'b',
      dccType: 'blender',
      instanceId: 'bbbbbbbb-0000-4000-8000-000000000002',
      instanceShort: 'bbbbbbbb',
    };
    catalog.setTools(MAYA, [tool('__skill__rig')]);
    catalog.setTools(other, [tool('__skill__rig')]);
    expect(catalog.skill('rig')).toHaveLength(2);
    expect(catalog.skill('rig', { instanceId: 'bbbb' })).toMatchObject([{ dccType: 'blender' }]);
    expect(catalog.skill('rig', { dccType: 'Maya' })).toMatchObject([{ dccType: 'maya' }]);
    expect(catalog.skill('nope')).toEqual([]);
  });
});
