// A tab that is left open: calls come all the time, its stream is cut again and again, and rings go round.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import type { CDPSession } from 'playwright-core';
import { describeInBrowser } from './stage/browser.ts';
import { openPrefixProxy, type PrefixProxy } from './stage/prefix-proxy.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller } from './stage/work.ts';

const BATCH = 25;
const CALLS_PER_SECOND = 200;
const SECONDS = 24;
const CUT_EVERY_BATCHES = 16;
/** Fewer than come, so that the oldest are let go meanwhile. */
const RETAINED = 3_000;
/** Rows of a table that are in the document: those in sight, and some above and below. */
const MOST_ROWS = 60;
const MEGABYTE = 1_000_000;

interface Listed {
  readonly total: number;
  readonly calls: readonly { readonly row_id: string }[];
  readonly next_cursor?: string;
}

interface Memory {
  readonly heapBytes: number;
  readonly nodes: number;
}

async function memoryOf(session: CDPSession): Promise<Memory> {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const valueOf = (name: string): number => metrics.find((metric) => metric.name === name)!.value;
  return { heapBytes: valueOf('JSHeapUsedSize'), nodes: valueOf('Nodes') };
}

describeInBrowser('a list that is followed', () => {
  const stage = openStage({ config: { mcpServers: {}, admin: { calls: RETAINED, traces: 10 } } });
  let caller: Caller;
  let proxy: PrefixProxy;
  let seen: SeenPage;
  let made = 0;

  beforeEach(async () => {
    caller = new Caller(stage.studio.url);
    proxy = await openPrefixProxy('', stage.studio.url);
    seen = await SeenPage.open(stage.browser, proxy.url);
  });

  afterEach(async () => {
    await seen.close();
    await proxy.stop();
  });

  /** Calls that can be told apart by what they failed with. */
  async function call(count: number): Promise<void> {
    const calls = Array.from({ length: count }, () => {
      made += 1;
      return { tool_slug: `maya.${made.toString(16).padStart(8, '0')}.gone` };
    });
    await caller.post('/v1/call_batch', { calls });
  }

  /** The row of a call, the last one unless another is meant. */
  const rowOf = (number = made): ReturnType<SeenPage['page']['locator']> =>
    seen.rows.filter({ hasText: `maya.${number.toString(16).padStart(8, '0')}.gone` });

  /** The ids of all calls that the gateway has, newest first. */
  async function retained(): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page = (await caller.get(`/v1/debug/calls?limit=1000&cursor=${cursor}`)) as unknown as Listed;
      ids.push(...page.calls.map(({ row_id: id }) => id));
      cursor = page.next_cursor;
    }
    return ids;
  }

  /** The ids of the rows in sight, by their places. */
  function shown(): Promise<readonly (readonly [number, string])[]> {
    return seen.rows.evaluateAll((all) =>
      all.map((row) => {
        const link = new URLSearchParams(row.querySelector('a')!.search);
        return [Number(row.getAttribute('aria-rowindex')), link.get('row')!] as const;
      }),
    );
  }

  /** The ids of all rows, in their order, as a reader finds them who goes down to the last one. */
  async function listed(): Promise<readonly string[]> {
    const table = seen.page.getByRole('table').first();
    const body = table.locator('[tabindex="0"]');
    const found = new Map<number, string>();
    const count = Number(await table.getAttribute('aria-rowcount')) - 1;
    for (const deadline = Date.now() + 30_000; found.size < count && Date.now() < deadline;) {
      (await shown()).forEach(([index, id]) => found.set(index, id));
      await body.evaluate((element) => element.scrollBy(0, 600));
      await seen.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(undefined))));
    }
    return [...found].toSorted(([one], [other]) => one - other).map(([, id]) => id);
  }

  test('has the row that came between its reading and its stream', async () => {
    await call(1);
    const streams = '**/api/stream*';
    await seen.page.route(
      streams,
      async (route) => {
        await call(1);
        await route.continue();
      },
      { times: 1 },
    );
    const between = made + 1;
    await seen.go('?panel=calls&range=all');
    await rowOf(between).waitFor();
    expect(await listed()).toEqual(await retained());
  });

  test.each(['calls', 'events&view=activity'])(
    'of %s has the rows that came while it was cut off, before one came at all',
    async (panel) => {
      await call(1);
      await seen.go(`?panel=${panel}&range=all`);
      await rowOf().waitFor();
      while (proxy.cutStreams() === 0) {
        await wait(20);
      }
      await call(3);
      await rowOf().waitFor();
      const { total } = await caller.get(`/v1/debug/${panel === 'calls' ? 'calls' : 'activity'}?limit=1`);
      expect(await seen.rows.count()).toBe(total);
    },
  );

  test('holds what comes while a row is open, and shows all of it in its order afterwards', async () => {
    await call(2);
    await seen.go('?panel=calls&range=all');
    await seen.rows.first().waitFor();
    await seen.page.keyboard.press('j');
    await seen.page.locator('aside').waitFor();
    const before = await shown();
    await call(3);
    await seen.page.getByRole('button', { name: '3 new' }).waitFor();
    proxy.cutStreams();
    await call(2);
    const button = seen.page.getByRole('button', { name: '5 new' });
    await button.waitFor();
    expect(await shown()).toEqual(before);
    await button.click();
    await rowOf().waitFor();
    expect(await listed()).toEqual(await retained());
  });

  test('is read anew where more was let go than it can go on behind', async () => {
    await call(2);
    const streams = '**/api/stream*';
    await seen.go('?panel=calls&range=all');
    await rowOf().waitFor();
    await seen.page.route(streams, (route) => route.abort());
    proxy.cutStreams();
    for (let calls = 0; calls <= RETAINED; calls += BATCH) {
      await call(BATCH);
    }
    await seen.page.unroute(streams);
    await rowOf().waitFor();
    await seen.page.waitForFunction(
      (rows) => Number(document.querySelector('[role=table]')?.getAttribute('aria-rowcount')) === rows + 1,
      RETAINED,
    );
    expect(await listed()).toEqual(await retained());
  }, 90_000);

  test(`loses and doubles no row of ${CALLS_PER_SECOND} calls a second, and grows no further`, async () => {
    await seen.go('?panel=calls&range=all');
    await seen.page.locator('main footer').waitFor();
    const session = await seen.page.context().newCDPSession(seen.page);
    await session.send('Performance.enable');
    const tickMillis = (BATCH * 1_000) / CALLS_PER_SECOND;
    const batches = (SECONDS * CALLS_PER_SECOND) / BATCH;
    let early: Memory | undefined;
    let cuts = 0;
    let most = 0;
    for (let batch = 0; batch < batches; batch += 1) {
      const tick = Date.now();
      await call(BATCH);
      if (batch % CUT_EVERY_BATCHES === CUT_EVERY_BATCHES - 1) {
        cuts += proxy.cutStreams();
        most = Math.max(most, await seen.rows.count());
      }
      if (batch === Math.floor(batches / 2)) {
        early = await memoryOf(session);
      }
      await wait(Math.max(tickMillis - (Date.now() - tick), 0));
    }
    await rowOf().waitFor();
    const late = await memoryOf(session);
    // How many are kept is asked every 5 s.
    await seen.page.waitForFunction(
      (rows) => Number(document.querySelector('[role=table]')?.getAttribute('aria-rowcount')) === rows + 1,
      RETAINED,
    );
    const footer = await seen.page.locator('main footer').textContent();
    expect(footer).toContain(`of ${RETAINED.toLocaleString('en')}`);
    expect(await listed()).toEqual(await retained());
    expect(cuts).toBeGreaterThan(5);
    expect(most).toBeLessThanOrEqual(MOST_ROWS);
    expect(late.nodes).toBeLessThan(early!.nodes + 200);
    expect(late.heapBytes).toBeLessThan(early!.heapBytes + 2 * MEGABYTE);
  }, 120_000);
});
