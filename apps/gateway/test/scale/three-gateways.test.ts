// What is promised of several gateways: three of them, one Redis, nginx without stickiness.
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { findSlug, type Json } from '../fixtures/callers.ts';
import { openModern } from '../tracing/raw-mcp.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { type Load, startLoad } from './load.ts';
import { openStage, type Stage } from './stage.ts';

/** Begins a call as a job at one gateway. @returns Its id. */
async function startJob(url: string, tool: string): Promise<string> {
  const slug = await findSlug(url, 'whole', tool);
  const response = await fetch(`${url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'respond-async' },
    body: JSON.stringify({ tool_slug: slug, arguments: {} }),
  });
  return ((await response.json()) as { readonly job_id: string }).job_id;
}

/** @returns `undefined` of one that listens no more. */
async function readyStatus(url: string): Promise<number | undefined> {
  return fetch(`${url}/v1/readyz`).then(
    ({ status }) => status,
    () => undefined,
  );
}

describeWithTools({ describe, test }, ['redis-server', 'nginx'])('three gateways', () => {
  let stage: Stage;
  let load: Load | undefined;

  beforeAll(async () => {
    stage = await openStage();
  }, 60_000);

  // One that fails leaves the others what they need, and its own second try.
  afterEach(async () => {
    await load?.stop();
    load = undefined;
    await stage.restore();
  }, 30_000);

  afterAll(() => stage.stop());

  async function untilAnswered(count: number): Promise<void> {
    const wanted = load!.answered.length + count;
    for (let tries = 0; load!.answered.length < wanted && tries < 1_000; tries += 1) {
      await sleep(20);
    }
    expect(load!.answered.length).toBeGreaterThanOrEqual(wanted);
  }

  /** Calls that are listed at the gateway that nginx chooses. */
  async function listedCalls(): Promise<number> {
    const response = await fetch(`${stage.nginx.url}/v1/debug/calls?limit=1`);
    return ((await response.json()) as { readonly total: number }).total;
  }

  test('are one to clients of all kinds, whichever gets a request', async () => {
    load = await startLoad(stage.nginx.url);
    await untilAnswered(150);
    await load.stop();
    expect(load.failures).toEqual([]);
    // The rows of a gateway come to the others a moment later.
    await until(async () => (await listedCalls()) >= load!.answered.length);
    expect(await listedCalls()).toBe(load.answered.length);
  });

  async function readJob(id: string): Promise<Readonly<Record<string, unknown>>> {
    return (await (await fetch(`${stage.nginx.url}/v1/jobs/${id}`)).json()) as Readonly<Record<string, unknown>>;
  }

  test('a rolling restart under load fails no request, and loses the row of none', async () => {
    const before = await listedCalls();
    load = await startLoad(stage.nginx.url);
    for (let index = 0; index < stage.gateways.length; index += 1) {
      await untilAnswered(20);
      await stage.restart(index);
    }
    await untilAnswered(20);
    await load.stop();
    expect(load.failures).toEqual([]);
    await until(async () => (await listedCalls()) - before >= load!.answered.length);
    expect((await listedCalls()) - before).toBe(load.answered.length);
  }, 60_000);

  test('a call that waits for its client goes on while its gateway stops, and its row stays', async () => {
    const [first, second] = stage.gateways;
    const before = await listedCalls();
    const ask = { name: 'ask', arguments: { whom: 'person' } };
    const asks = { meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } } };
    const { result: asked } = await openModern(first!.url).request('tools/call', ask, asks);
    expect(asked).toMatchObject({ resultType: 'input_required' });
    const { requestState, inputRequests } = asked as { requestState: string; inputRequests: Json };
    const stopping = first!.stop();
    await until(async () => (await readyStatus(first!.url)) !== 200);
    const inputResponses = Object.fromEntries(
      Object.keys(inputRequests).map((key) => [key, { action: 'accept', content: { name: 'Ada' } }]),
    );
    const answer = await openModern(second!.url).request('tools/call', { ...ask, requestState, inputResponses }, asks);
    expect(answer.text).toContain('Ada');
    await stopping;
    await stage.start(0);
    await until(async () => (await listedCalls()) === before + 1);
  }, 60_000);

  test('one that is killed takes none but its own calls with it, and the others answer within a second', async () => {
    load = await startLoad(stage.nginx.url);
    await untilAnswered(20);
    const usual = load.slowest(); // on a machine that does other things, too
    const job = await startJob(stage.gateways[1]!.url, 'wait');
    await stage.gateways[1]!.stop('SIGKILL');
    await untilAnswered(60);
    expect(load.failures.length).toBeLessThanOrEqual(3); // what was on its way: one call of each client
    expect(load.slowest()).toBeLessThan(1_000 + usual);
    await stage.start(1);
    await untilAnswered(20);
    // What ran there has ended with it, wherever it is asked for.
    await until(async () => (await readJob(job))['state'] === 'failed', 15_000);
    expect(await readJob(job)).toMatchObject({ error: { kind: 'host-died' } });
  }, 60_000);

  test('Redis that is frozen, ended and back costs no call', async () => {
    load = await startLoad(stage.nginx.url);
    await untilAnswered(20);
    const usual = load.slowest();
    stage.redis.pause();
    await untilAnswered(60);
    expect(load.slowest()).toBeLessThan(1_000 + usual);
    await until(async () => {
      const answers = await Promise.all(stage.gateways.map(({ url }) => fetch(`${url}/v1/readyz`)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      const texts = await Promise.all(answers.map((answer) => answer.text()));
      return texts.every((text) => text.includes('"redis"'));
    });
    stage.redis.resume();
    await untilAnswered(30);
    await load.stop();
    expect(load.failures).toEqual([]);
  }, 60_000);
});
