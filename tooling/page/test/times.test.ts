// What time is looked at: dragged over on the chart, by its zone, and from now on.
import { beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller } from './stage/work.ts';

describeInBrowser('the time of a list', () => {
  const stage = openStage({ config: { mcpServers: {} } });
  let seen: SeenPage;
  let caller: Caller;

  beforeAll(async () => {
    caller = new Caller(stage.studio.url);
    await caller.post('/v1/call', { tool_slug: 'maya.0a0a0a0a.gone', arguments: {} });
    await caller.post('/v1/call', { tool_slug: 'maya.1b1b1b1b.gone', arguments: {} });
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  const time = (): ReturnType<SeenPage['page']['getByRole']> => seen.page.getByRole('combobox', { name: 'Time' });

  test('is what was dragged over on the chart, with its zone, and the same after a reload', async () => {
    const { page } = seen;
    await seen.go('?panel=overview');
    const chart = page.locator('main figure .u-over');
    await chart.waitFor();
    const { x, y, width, height } = (await chart.boundingBox())!;
    // The calls are those of the last moment.
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width - 1, y + height / 2, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/panel=calls&since=.+&until=/);
    await seen.rows.nth(1).waitFor();
    const chosen = time().locator('option:checked');
    const zone = await page.evaluate(
      () =>
        new Intl.DateTimeFormat('en', { timeZoneName: 'short' })
          .formatToParts()
          .find(({ type }) => type === 'timeZoneName')!.value,
    );
    const said = await chosen.textContent();
    // Soon after midnight the time began on another day.
    expect(said).toMatch(/^(?:\S+, )?[\d:.]{12} – (?:\S+, )?[\d:.]{12} /);
    expect(said).toContain(zone);
    await page.reload();
    await seen.rows.nth(1).waitFor();
    expect(await chosen.textContent()).toBe(said);
    expect([await seen.findings(), seen.messages]).toEqual([[], []]);
  });

  test('begins now once the list is cleared by a key, and brings all back when it is chosen again', async () => {
    const { page } = seen;
    await seen.go('?panel=calls');
    await seen.rows.nth(1).waitFor();
    await page.keyboard.press('x');
    await page.waitForURL(/since=/);
    const empty = page.getByText('Nothing in this time.');
    await empty.waitFor();
    expect(await empty.textContent()).not.toContain('No tool was called yet');
    await caller.post('/v1/call', { tool_slug: 'maya.2c2c2c2c.gone', arguments: {} });
    await seen.rows.filter({ hasText: '2c2c2c2c' }).waitFor();
    expect(await seen.rows.count()).toBe(1);
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await empty.waitFor();
    expect(await seen.findings()).toEqual([]);
    await time().selectOption('1h');
    await seen.rows.nth(2).waitFor();
    expect([new URL(page.url()).searchParams.has('since'), seen.messages]).toEqual([false, []]);
  });
});
