// What a list cost, and how full what it is read from is, below it.
import { beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller } from './stage/work.ts';

describeInBrowser('below a list', () => {
  const stage = openStage({ config: { mcpServers: {}, admin: { calls: 3 } } });
  let seen: SeenPage;

  beforeAll(async () => {
    const caller = new Caller(stage.studio.url);
    for (const slug of ['maya.0a0a0a0a.gone', 'maya.1b1b1b1b.gone', 'nobody', 'nuke.2c2c2c2c.gone']) {
      await caller.post('/v1/call', { tool_slug: slug, arguments: {} });
    }
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  test('stands what it took, how many rows were looked at, how full the ring is, and what was let go', async () => {
    const { page } = seen;
    await seen.go('?panel=calls&q=gone');
    const foot = page.locator('main footer');
    await foot.getByText('2 of 2').waitFor();
    await foot.getByText('3 of 3 places taken').waitFor();
    const text = await foot.textContent();
    expect(text).toContain('1 older ones were let go');
    expect(text).toMatch(/answered in [\d.]+ [mµ]?s, [\d.]+ [mµ]?s of it for 3 rows/);
    expect([await seen.findings(), seen.messages]).toEqual([[], []]);
  });

  test('stands no count until there is one', async () => {
    const { page } = seen;
    const status = page.locator('main footer [role=status]');
    const answer = Promise.withResolvers<undefined>();
    await page.route('**/admin/api/calls?*', async (route) => {
      await answer.promise;
      await route.continue();
    });
    await seen.go('?panel=calls&q=nobody');
    await page.locator('main footer').getByText('3 of 3 places taken').waitFor();
    expect(await status.textContent()).toBe('');
    answer.resolve(undefined);
    await status.getByText('1 of 1').waitFor();
  });
});
