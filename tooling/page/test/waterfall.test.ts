// Where the time of a trace went, as it is seen: without what only carries a request, without its gaps, and as a whole.
import { beforeAll, expect, test } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller } from './stage/work.ts';

/** How deep it is. */
async function levelOf(line: Locator): Promise<number> {
  return Number(await line.getAttribute('aria-level'));
}

describeInBrowser('the waterfall', () => {
  const stage = openStage();
  let seen: SeenPage;
  let good: string;
  let failed: string;

  beforeAll(async () => {
    const caller = new Caller(stage.studio.url);
    // Long enough that no answer takes a tenth of it on a machine that others load, too.
    await caller.call('houdini', 'render_frame', { frame: 1001, seconds: 1 });
    await caller.call('maya', 'hang');
    const idOf = async (q: string): Promise<string> => {
      const { traces } = await caller.get(`/v1/debug/traces?limit=1&q=${encodeURIComponent(q)}`);
      return (traces as readonly [{ readonly row_id: string }])[0].row_id;
    };
    [good, failed] = [await idOf('tool~render_frame'), await idOf('outcome=timeout')];
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  const lines = (): Locator => seen.page.locator('[role=treegrid] [role=rowgroup] [role=row]');
  const open = async (id: string, view = ''): Promise<void> => {
    await seen.go(`?panel=traces&trace=${id}&view=${view}`);
    await lines().first().waitFor();
  };

  test('folds plumbing into its number by a key, in the address, until the number is opened', async () => {
    const { page } = seen;
    await open(good);
    expect(await lines().count()).toBe(3);
    await page.keyboard.press('f');
    await page.waitForURL(/view=logical/);
    await page.reload();
    const folded = page.getByRole('button', { name: '1 span folded: response' });
    await folded.waitFor();
    expect(await lines().count()).toBe(2);
    expect(await seen.findings()).toEqual([]);
    await folded.press('Enter');
    await lines().filter({ hasText: 'response' }).waitFor();
    expect(await folded.getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('f');
    expect(new URL(page.url()).searchParams.has('view')).toBe(false);
    await folded.waitFor({ state: 'detached' });
  });

  test('never folds a span that failed, nor the one that a link opens', async () => {
    await open(failed, 'logical');
    await lines().filter({ hasText: '✕ timeout' }).nth(1).waitFor();
    const { spans } = await new Caller(stage.studio.url).get(`/v1/debug/traces/${good}`);
    const { span_id: id } = (spans as readonly { readonly span_id: string; readonly name: string }[]).find(
      ({ name }) => name === 'response',
    )!;
    await open(good, `logical&span=${id}`);
    expect(await lines().count()).toBe(3);
  });

  test('draws a gap shorter by a key, says so in the address, and keeps true times', async () => {
    const { page } = seen;
    await open(good);
    const bar = lines().filter({ hasText: 'tools/call' }).locator('.drawn').first();
    const share = (): Promise<number> =>
      bar.evaluate((drawn) => drawn.clientWidth / (drawn.parentElement?.clientWidth ?? NaN));
    expect(await share()).toBeGreaterThan(0.5);
    await page.keyboard.press('i');
    await page.waitForURL(/view=compressed/);
    await page.reload();
    await lines().first().waitFor();
    expect(await share()).toBeLessThan(0.1);
    expect(await bar.locator('..').textContent()).toMatch(/^1(?:\.\d+)? s$/);
    const marks = page.getByRole('columnheader', { name: 'Time' });
    expect(await marks.textContent()).toMatch(/^0 ms.*⋯ 1(?:\.\d+)? s/);
    const toggle = page.getByRole('button', { name: 'Compress 1 gap' });
    expect(await toggle.getAttribute('aria-pressed')).toBe('true');
    expect(await seen.findings()).toEqual([]);
    await page.keyboard.press('+');
    await page.waitForURL(/view=compressed\+[\d.]+-/);
    await page.keyboard.press('0');
    await toggle.press('Enter');
    expect(new URL(page.url()).searchParams.has('view')).toBe(false);
    await open(failed, 'compressed');
    expect(await lines().filter({ hasText: '✕ timeout' }).count()).toBe(2);
  });

  test('has what the server wrote under the span that it wrote it in, and finds it, and spans by conditions', async () => {
    const { page } = seen;
    const caller = new Caller(stage.studio.url);
    await caller.call('houdini', 'run_script', { code: 'print("as it comes")' });
    const { traces } = await caller.get('/v1/debug/traces?limit=1&q=tool~run_script');
    await open((traces as readonly [{ readonly row_id: string }])[0].row_id);
    const written = lines().filter({ hasText: 'as it comes' });
    await written.waitFor();
    expect(await levelOf(written)).toBe((await levelOf(lines().filter({ hasText: 'tools/call' }))) + 1);
    const find = page.getByRole('searchbox', { name: 'Find in this trace' });
    const matches = page.getByRole('button', { name: /matches$/ });
    await find.fill('as it comes');
    await matches.filter({ hasText: /^[1-9]/ }).waitFor();
    await open(good);
    await find.fill('duration_ms>500ms kind=client');
    await matches.filter({ hasText: '1 matches' }).waitFor();
    await page.getByRole('button', { name: 'Matches only' }).click();
    await lines().filter({ hasText: 'response' }).waitFor({ state: 'detached' });
    await page.reload();
    await matches.filter({ hasText: '1 matches' }).waitFor();
    expect(await seen.findings()).toEqual([]);
  });

  test('has a strip of the whole trace: to drag over a part, to drag that along, and to move it by keys', async () => {
    const { page } = seen;
    await open(good);
    const strip = page.getByRole('slider', { name: 'The whole trace' });
    const whole = Number(await strip.getAttribute('aria-valuemax'));
    const seenFrom = async (): Promise<number> => Number(await strip.getAttribute('aria-valuenow')) / whole;
    const { x, y, width, height } = (await strip.boundingBox())!;
    const drag = async (from: number, to: number): Promise<void> => {
      await page.mouse.move(x + from * width, y + height / 2);
      await page.mouse.down();
      await page.mouse.move(x + to * width, y + height / 2, { steps: 3 });
      await page.mouse.up();
    };
    await drag(0.2, 0.6);
    await page.waitForURL(/view=[\d.]+-/);
    expect(await seenFrom()).toBeCloseTo(0.2, 1);
    await drag(0.4, 0.5);
    expect(await seenFrom()).toBeCloseTo(0.3, 1);
    await strip.focus();
    await page.keyboard.press('End');
    expect(await seenFrom()).toBeCloseTo(0.6, 1);
    await page.keyboard.press('ArrowLeft');
    expect(await seenFrom()).toBeCloseTo(0.5, 1);
    await page.keyboard.press('Home');
    expect(await seenFrom()).toBe(0);
    expect(await strip.getAttribute('aria-valuetext')).toMatch(/^0 ms – \d+ ms$/);
    expect(await seen.findings()).toEqual([]);
  });
});
