// Ten thousand calls, a trace of a thousand spans, and calls that come faster than anybody reads.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { describeInBrowser } from './stage/browser.ts';
import { openBrowser } from './stage/chromium.ts';
import { addLargeTrace, LARGE_TRACE_SPANS, multiplyCalls } from './stage/history.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStudio, type Studio } from './stage/studio.ts';
import { Caller, doEverything } from './stage/work.ts';

const CALLS = 10_000;
/** Elements of a page with a screen full of rows, and some to spare: the same for any number of rows. */
const MOST_ROWS = 120;

describeInBrowser(`with ${CALLS} calls`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'many-'));
  const options = {
    config: { audit: { dir: folder, maxRows: CALLS }, admin: { calls: CALLS } },
  };
  let studio: Studio;
  let browser: Browser;
  let seen: SeenPage;
  let largeTrace: string;

  beforeAll(async () => {
    const first = await openStudio(options);
    await doEverything(first.url);
    await first.stop();
    multiplyCalls(folder, CALLS, 1_000);
    largeTrace = addLargeTrace(folder);
    [studio, browser] = await Promise.all([openStudio(options), openBrowser()]);
    seen = await SeenPage.open(browser, studio.url);
  });

  afterAll(async () => {
    await browser?.close();
    await studio?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the page is drawn within a second', async () => {
    await seen.go('?panel=calls&range=all');
    const paint = await seen.page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity,
    );
    // Read again, because the first time compiles everything on a machine that others load, too.
    await seen.page.reload();
    await seen.rows.first().waitFor();
    const again = await seen.page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity,
    );
    expect(Math.min(paint, again)).toBeLessThan(1_000);
  });

  test('the list is told of as a whole, scrolls to its last row, and holds few rows at a time', async () => {
    await seen.go('?panel=calls&range=all');
    await seen.rows.first().waitFor();
    const table = seen.page.getByRole('table').first();
    // Those of the run that the others are made of are on disk as well.
    const { total } = await new Caller(studio.url).get('/v1/debug/calls?limit=1');
    const count = Number(total);
    expect(count).toBeGreaterThanOrEqual(CALLS);
    expect(Number(await table.getAttribute('aria-rowcount'))).toBe(count + 1);
    const body = table.locator('[tabindex="0"]');
    const lastIndex = (): Promise<number> =>
      seen.rows.last().evaluate((row) => Number(row.getAttribute('aria-rowindex')));
    let most = 0;
    for (const deadline = Date.now() + 30_000; (await lastIndex()) < count + 1 && Date.now() < deadline;) {
      await body.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await seen.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(undefined))));
      most = Math.max(most, await seen.rows.count());
    }
    expect(await lastIndex()).toBe(count + 1);
    expect(most).toBeLessThan(MOST_ROWS);
    expect(seen.messages).toEqual([]);
  });

  test('counts are of all rows that match, as the filter behind them lists them', async () => {
    await seen.go('?panel=calls&range=all');
    const caller = new Caller(studio.url);
    const failed = seen.page.locator('main button[aria-pressed]').filter({ hasText: /failed/ });
    await failed.waitFor();
    const { total } = await caller.get(`/v1/debug/calls?limit=1&q=${encodeURIComponent('success=false')}`);
    expect(Number((await failed.textContent())?.replaceAll(/\D/g, ''))).toBe(total);
  });

  /** Milliseconds from the click on a link to the lines of the largest trace. */
  async function opened(): Promise<number> {
    await seen.go('?panel=traces&range=all');
    await seen.rows.first().waitFor();
    return seen.page.evaluate(async (id) => {
      const link = Object.assign(document.createElement('a'), { href: `?panel=traces&trace=${id}` });
      document.body.append(link);
      const begin = performance.now();
      link.click();
      link.remove();
      while (document.querySelectorAll('[role=treegrid] [role=row]').length <= 5) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      return performance.now() - begin;
    }, largeTrace);
  }

  test(`a trace of ${LARGE_TRACE_SPANS} spans is drawn within two seconds, the page and all`, async () => {
    // Twice, because the first time compiles everything on a machine that others load, too.
    expect(Math.min(await opened(), await opened())).toBeLessThan(500);
  });

  test('calls that come at 200 a second are shown, and the page grows no further', async () => {
    await seen.go('?panel=calls&range=all');
    await seen.rows.first().waitFor();
    const caller = new Caller(studio.url);
    const rows = (): Promise<number> => seen.page.locator('*').count();
    const before = await rows();
    const total = async (): Promise<number> =>
      Number(await seen.page.getByRole('table').first().getAttribute('aria-rowcount'));
    const first = await total();
    const newest = await seen.rows.first().textContent();
    for (let round = 0; round < 10; round += 1) {
      const calls = Array.from({ length: 25 }, () => ({ tool_slug: 'houdini.00000000.gone' }));
      await caller.post('/v1/call_batch', { calls });
    }
    await seen.page.waitForFunction(
      (count) => Number(document.querySelector('[role=table]')?.getAttribute('aria-rowcount')) >= count,
      first + 250,
    );
    expect(await seen.rows.first().textContent()).not.toBe(newest);
    expect(await rows()).toBeLessThan(before + 200);
    expect(seen.messages).toEqual([]);
  });
});
