import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { JsonObject } from '../../src/protocol/json-rpc.ts';
import type { HopResult } from '../../src/upstream/upstream.ts';
import {
  begin,
  closeAll,
  connected,
  createPeer,
  failureOf,
  http,
  node,
  until,
  type Harness,
} from './fixtures/harness.ts';

const SERVER = createRequire(import.meta.url).resolve('@dcc-mcp/example-demo-dcc');
const processes: ChildProcess[] = [];

async function overHttp(): Promise<Harness> {
  const child = spawn(process.execPath, [SERVER, '--http', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  processes.push(child);
  const [line] = (await once(child.stderr, 'data')) as [Buffer];
  return connected(http(/http:\S+/.exec(line.toString())![0]));
}

afterEach(async () => {
  await closeAll();
  for (const child of processes.splice(0)) {
    child.kill('SIGKILL');
  }
});

function structured(result: HopResult): JsonObject {
  expect(result).toMatchObject({ ok: true });
  return (result as { result: JsonObject }).result['structuredContent'] as JsonObject;
}

async function listTools({ upstream }: Harness): Promise<Record<string, JsonObject>> {
  const listed = await upstream.request({ method: 'tools/list', params: {}, begin, timeoutMillis: 5_000 });
  const tools = (listed as { result: JsonObject }).result['tools'] as readonly JsonObject[];
  return Object.fromEntries(tools.map((tool) => [tool['name'] as string, tool]));
}

describe.each([
  ['standard streams', () => connected(node(SERVER))],
  ['HTTP', overHttp],
])('demo-dcc over %s', (_transport, connect) => {
  test('describes every tool: title, description, schema, annotations', async () => {
    const tools = await listTools(await connect());
    expect(Object.keys(tools).toSorted()).toEqual([
      'crash', 'create_sphere', 'export_fbx', 'get_scene_info', 'hang', 'list_nodes', 'open_scene', 'render_frame', 'run_script',
    ]); // prettier-ignore
    for (const tool of Object.values(tools)) {
      expect(tool).toMatchObject({
        title: expect.any(String),
        description: expect.stringMatching(/^.{40,}$/),
        inputSchema: { type: 'object' },
        annotations: { readOnlyHint: expect.any(Boolean), destructiveHint: expect.any(Boolean) },
      });
    }
    expect(tools['list_nodes']).toMatchObject({
      annotations: { readOnlyHint: true },
      outputSchema: { type: 'object' },
    });
  });

  test('keeps a scene: a sphere is made, found, and gone with another scene', async () => {
    const harness = await connect();
    expect(structured(await harness.call('get_scene_info'))).toMatchObject({
      path: '/projects/shot01.ma',
      is_modified: false,
    });
    expect(structured(await harness.call('create_sphere', { name: 'ball', radius: 2 }))).toEqual({
      name: 'ball',
      type: 'mesh',
      radius: 2,
    });
    expect(structured(await harness.call('create_sphere', { name: 'ball' }))).toMatchObject({ name: 'ball1' });
    expect(JSON.stringify(structured(await harness.call('list_nodes', { type: 'mesh' })))).toContain('ball1');
    expect(await harness.call('open_scene', { path: '/projects/shot02.ma' })).toMatchObject({
      result: { isError: true },
    });
    expect(structured(await harness.call('open_scene', { path: '/projects/shot02.ma', force: true }))).toMatchObject({
      node_count: 4,
    });
  });

  test('takes its time to render, and reports progress to the caller’s token', async () => {
    const harness = await connect();
    const peer = createPeer();
    const startedAt = Date.now();
    const image = structured(
      await harness.call('render_frame', { seconds: 0.3 }, { peer, meta: { progressToken: 'r' } }),
    );
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(290);
    expect(image).toMatchObject({ image: '/projects/images/shot01.1001.exr' });
    const progress = peer.told.map(({ params }) => [params!['progressToken'], params!['progress']]);
    expect(progress).toEqual(Array.from({ length: 10 }, (_, index) => ['r', index + 1]));
  });

  test('does one thing at a time', async () => {
    const harness = await connect();
    const peer = createPeer();
    const begun = performance.now();
    const rendering = harness.call('render_frame', { seconds: 0.5 }, { peer, meta: { progressToken: 'r' } });
    // Over HTTP two requests sent at once may arrive in either order: the second waits for the first to have begun.
    await until(() => peer.told.length > 0);
    await harness.call('list_nodes');
    // Over HTTP the two answers may be read in either order, too: what counts is that the rendering was waited for.
    expect(performance.now() - begun).toBeGreaterThan(495);
    await rendering;
  });

  test('fails to export with isError', async () => {
    expect(await (await connect()).call('export_fbx')).toMatchObject({ ok: true, result: { isError: true } });
  });

  test('hangs until the call is given up, and works again after that', async () => {
    const harness = await connect();
    expect(failureOf(await harness.call('hang', {}, { timeoutMillis: 200 }))).toMatchObject({ kind: 'timeout' });
    expect(structured(await harness.call('get_scene_info'))).toHaveProperty('path');
  });

  test('dies in the middle of a call', async () => {
    expect(failureOf(await (await connect()).call('crash'))).toMatchObject({ kind: 'host-died' });
  });
});

test('demo-dcc writes to stderr when it runs a script, and comes back after a crash', async () => {
  const harness = await connected(node(SERVER));
  expect(structured(await harness.call('run_script', { code: 'print(1)\nprint(2)' }))).toEqual({
    lines: 2,
    executed: false,
  });
  await until(() => harness.diary.stderr.some((line) => line.includes('2 line(s)')));
  await harness.call('crash');
  await until(() => harness.upstream.status.readiness === 'ready', 10_000);
  expect(structured(await harness.call('get_scene_info'))).toMatchObject({ path: '/projects/shot01.ma' });
});
