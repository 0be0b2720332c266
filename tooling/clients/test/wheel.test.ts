// A host of dcc-mcp-core from PyPI, with its own defaults: it comes by itself, is used, and leaves.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { whyNoWheel } from './installed.ts';
import { type Gateway, type Host, type Instance, type Json, Machine } from './wheel-stage.ts';

const TIMEOUT_MILLIS = 60_000;
const leftOut = whyNoWheel();
if (leftOut !== undefined) {
  process.stderr.write(`the tests with dcc-mcp-core are left out: ${leftOut}\n`);
}
const describeWheel = leftOut === undefined ? describe : describe.skip;

const machine = new Machine();
let sink: OtlpSink;
let gateway: Gateway;
let host: Host;
let appearedAfter: number;
let instance: Instance;
let prefix: string;

async function start(): Promise<void> {
  sink = await startOtlpSink();
  gateway = await machine.startGateway(
    {},
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' } },
  );
  host = await machine.startHost(gateway);
  const begin = performance.now();
  instance = await gateway.ready(host);
  appearedAfter = performance.now() - begin;
  prefix = `maya.${instance.instance_short}.`;
}

const call = (tool: string, args: Json = {}, at = gateway): ReturnType<Gateway['post']> =>
  at.post('/v1/call', { tool_slug: prefix + tool, arguments: args });

/** Names of tools of skills that a search for cubes gives. */
async function cubes(at = gateway): Promise<readonly string[]> {
  const { hits } = await at.post('/v1/search', { query: 'create a cube', dcc_type: 'maya', limit: 100 });
  const found = hits as readonly { readonly tool_slug: string; readonly skill_name: string | null }[];
  const ofSkills = found.filter(({ skill_name: skill }) => skill?.endsWith('-tools') === true);
  return ofSkills
    .map(({ tool_slug: slug }) => slug.slice(prefix.length))
    .filter((name) => name.endsWith('create_cube'));
}

describeWheel('a host of dcc-mcp-core with its own defaults', () => {
  beforeAll(start, TIMEOUT_MILLIS);
  afterAll(async () => {
    await machine.close();
    await sink?.close();
  }, TIMEOUT_MILLIS);

  test('appears by itself in less than 3 s, while the gateway still waits for another server', async () => {
    expect(appearedAfter).toBeLessThan(3_000);
    expect(instance).toMatchObject({ source: 'file', scene: '/projects/shot01.ma', pid: host.pid });
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
  });

  test('is no gateway: the port stays ours', async () => {
    expect(host.is_gateway).toBe(false);
    expect(await gateway.get('/v1/healthz')).toMatchObject({ ok: true, name: 'dcc-mcp-gateway' });
  });

  test('is searched, loaded and called; of two tools of one name each is itself', async () => {
    expect((await cubes()).toSorted()).toEqual(['mesh_tools__create_cube', 'poly_tools__create_cube']);
    for (const skill of ['mesh-tools', 'poly-tools']) {
      expect(await gateway.post('/v1/load_skill', { skill_name: skill })).toMatchObject({ loaded: true });
    }
    for (const skill of ['mesh', 'poly']) {
      const { output } = await call(`${skill}_tools__create_cube`, { size: 2 });
      expect(output).toMatchObject({ context: { made_by: `${skill}-tools`, size: 2 } });
    }
  });

  test('has its scene on the hop', async () => {
    const { trace_id: trace } = await call('say', { text: 'scene' });
    const hasScene = ({ traceId, attributes }: DecodedSpan): boolean =>
      traceId === trace && attributes['dcc.scene'] === 'shot01.ma';
    expect((await sink.waitForSpans((spans) => spans.some(hasScene))).filter(hasScene)).toHaveLength(1);
  });

  test(
    'answers calls that it makes jobs of, with what the tool gives in the end',
    async () => {
      const all = await machine.startGateway({}, { args: ['--expose', 'all'] });
      await all.ready(host);
      const meta = { dcc: { async: true } };
      const params = { name: 'maya__slow', arguments: { ms: 1_200 }, _meta: meta };
      expect(await all.mcp('tools/call', params)).toMatchObject({ isError: false, structuredContent: 'done' });
      const told = { ...params, _meta: { progressToken: 'mine' } };
      expect(await all.mcp('tools/call', told)).toMatchObject({ isError: false, structuredContent: 'done' });
    },
    TIMEOUT_MILLIS,
  );

  test('runs a call that is a job of the gateway to its end', async () => {
    const { status, job_id: id } = await gateway.post('/v1/call', {
      tool_slug: `${prefix}slow`,
      arguments: { ms: 500 },
      meta: { 'dcc.async': true },
    });
    expect(status).toBe(202);
    const job = await gateway.ended(id as string);
    expect(job).toMatchObject({ state: 'succeeded', result: { output: 'done' } });
  });

  test(
    'shows a policy the skill of each tool',
    async () => {
      const strict = await machine.startGateway({ policy: { allowedSkillNames: ['poly-tools'] } });
      await strict.ready(host);
      // The host lists a tool with its skill before it, once another loaded skill has one of the same name.
      expect(await cubes(strict)).toEqual([expect.stringMatching(/^poly[-_]tools__create_cube$/)]);
      const { status, error } = await call('mesh_tools__create_cube', { size: 1 }, strict);
      expect([status, error]).toEqual([403, expect.objectContaining({ kind: 'policy-denied' })]);
      const { output } = await call('poly_tools__create_cube', { size: 1 }, strict);
      expect(output).toMatchObject({ context: { made_by: 'poly-tools' } });
    },
    TIMEOUT_MILLIS,
  );

  test('has what it says of its work read through the gateway', async () => {
    await call('say', { text: 'cooking' });
    const uri = `events://session/${instance.instance_id}?waitMs=5000&limit=1000`;
    const { contents } = (await gateway.mcp('resources/read', { uri })) as { contents: readonly { text: string }[] };
    const { events } = JSON.parse(contents[0]!.text) as { events: readonly Json[] };
    expect(events).toContainEqual(
      expect.objectContaining({ source: 'python', level: 'warning', message: 'scene', job_id: 'job-1' }),
    );
  });

  test(
    'leaves in less than 2 s after SIGTERM; one made as for an application comes and goes as well',
    async () => {
      const other = await machine.startHost(gateway, true);
      const begin = performance.now();
      const { instance_id: id } = await gateway.ready(other);
      expect(performance.now() - begin).toBeLessThan(3_000);
      expect(other.is_gateway).toBe(false);
      const end = performance.now();
      other.child.kill('SIGTERM');
      await gateway.gone(other);
      expect(performance.now() - end).toBeLessThan(2_000);
      expect(await gateway.events('instance_exited')).toContain(id);
    },
    TIMEOUT_MILLIS,
  );

  test(
    'is gone in less than 10 s when it is killed between calls',
    async () => {
      const other = await machine.startHost(gateway);
      const { instance_id: id } = await gateway.ready(other);
      const begin = performance.now();
      other.child.kill('SIGKILL');
      await gateway.gone(other);
      expect(performance.now() - begin).toBeLessThan(10_000);
      expect(await gateway.events('ghost_reaped')).toEqual([id]);
    },
    TIMEOUT_MILLIS,
  );

  test(
    'is evicted when it is killed: the call that runs ends as host-died, and what it said stays',
    async () => {
      const running = call('slow', { ms: 30_000 });
      await wait(300);
      const begin = performance.now();
      host.child.kill('SIGKILL');
      expect(await running).toMatchObject({ error: { kind: 'host-died' } });
      await gateway.gone(host);
      expect(performance.now() - begin).toBeLessThan(10_000);
      expect(await gateway.events('host_died')).toEqual([instance.instance_id]);
      const output = await gateway.get<{ events: readonly Json[] }>(
        `/v1/debug/instances/${instance.instance_id}/output`,
      );
      expect(output.events.map(({ message }) => message)).toContain('cooking');
      expect(await gateway.get('/v1/healthz')).toMatchObject({ ok: true, name: 'dcc-mcp-gateway' });
    },
    TIMEOUT_MILLIS,
  );
});
