// Two rows of a list side by side: one is marked, another is compared with it.
import { beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller, doEverything } from './stage/work.ts';

describeInBrowser('two rows of a list', () => {
  const stage = openStage();
  let seen: SeenPage;
  /** As they are listed. */
  let rows: readonly { readonly row_id: string }[];

  beforeAll(async () => {
    await doEverything(stage.studio.url);
    const { calls } = await new Caller(stage.studio.url).get('/v1/debug/calls?limit=5');
    rows = calls as typeof rows;
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  const place = (): object => {
    const { searchParams } = new URL(seen.page.url());
    return Object.fromEntries(['row', 'with', 'tab'].map((name) => [name, searchParams.get(name)]));
  };
  const marked = (): ReturnType<SeenPage['page']['locator']> => seen.page.getByTitle('Marked to compare');
  const compared = (): ReturnType<SeenPage['page']['locator']> => seen.page.locator('aside table thead th a');

  test('are compared in two actions by their menus; the marked one says so', async () => {
    const { page } = seen;
    await seen.go('?panel=calls&range=all');
    await seen.rows.nth(1).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Mark to compare' }).click();
    await seen.rows.nth(3).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Compare with the marked one' }).click();
    await compared().waitFor();
    expect(place()).toEqual({ row: rows[3]!.row_id, with: rows[1]!.row_id, tab: 'compare' });
    expect(await marked().getAttribute('aria-rowindex')).toBe('3');
    expect([await seen.findings(), seen.messages]).toEqual([[], []]);
    await page.reload();
    await compared().waitFor();
    await compared().click();
    // The marked one beside itself would say nothing.
    await page.waitForURL(new RegExp(`row=${rows[1]!.row_id}`));
    expect(place()).toEqual({ row: rows[1]!.row_id, with: rows[1]!.row_id, tab: null });
  });

  test('are compared by keys: m marks, c compares, Escape closes and then takes the mark away', async () => {
    const { page } = seen;
    await seen.go('?panel=calls&range=all');
    await seen.rows.first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('c');
    await page.getByRole('status').getByText('Mark another row first').waitFor();
    await page.keyboard.press('m');
    await marked().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('c');
    await compared().waitFor();
    expect(place()).toEqual({ row: rows[1]!.row_id, with: rows[0]!.row_id, tab: 'compare' });
    await page.keyboard.press('Escape');
    await page.locator('aside').waitFor({ state: 'detached' });
    expect(place()).toEqual({ row: null, with: rows[0]!.row_id, tab: null });
    await page.keyboard.press('Escape');
    await marked().waitFor({ state: 'detached' });
    expect(place()).toEqual({ row: null, with: null, tab: null });
  });

  test('Escape twice before the page is drawn anew does both', async () => {
    const [{ row_id: row }, { row_id: other }] = rows as readonly [(typeof rows)[0], (typeof rows)[0]];
    await seen.go(`?panel=calls&range=all&row=${row}&with=${other}`);
    await marked().waitFor();
    await seen.page.evaluate(() => {
      for (let presses = 0; presses < 2; presses += 1) {
        document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', cancelable: true }));
      }
    });
    await marked().waitFor({ state: 'detached' });
    expect(place()).toEqual({ row: null, with: null, tab: null });
  });

  test('are two traces as well', async () => {
    const { page } = seen;
    await seen.go('?panel=traces&range=all&q=operation%3Dcall');
    await seen.rows.first().getByRole('link').focus();
    await page.keyboard.press('m');
    await marked().waitFor();
    await seen.rows.nth(2).getByRole('link').focus();
    await page.keyboard.press('c');
    await compared().waitFor();
    expect(place()).toMatchObject({ tab: 'compare', with: expect.any(String) });
    expect(seen.messages).toEqual([]);
  });
});
