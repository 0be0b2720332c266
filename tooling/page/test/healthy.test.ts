// The overview where nothing asks for attention.
import { beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller } from './stage/work.ts';

describeInBrowser('the overview of a gateway that is well', () => {
  const stage = openStage({ config: { mcpServers: {} } });
  let seen: SeenPage;

  beforeAll(async () => {
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  test('says since when no call has failed, and opens the last one that did', async () => {
    const { page } = seen;
    const since = page.locator('main').getByRole('status').getByText('No call has failed');
    await seen.go('?panel=overview');
    await since.waitFor();
    expect(await since.textContent()).toContain('No call has failed since the start.');
    await new Caller(stage.studio.url).post('/v1/call', { tool_slug: 'maya.00000000.gone', arguments: {} });
    await page.keyboard.press('r');
    const link = page.getByRole('link', { name: /^No call has failed since (?:[\d/]+, )?\d\d:\d\d:\d\d\.\d{3}\.$/ });
    await link.click();
    await page.locator('aside h2').waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('success=false');
    expect(await seen.rows.count()).toBe(1);
    expect(await seen.findings()).toEqual([]);
    expect(seen.messages).toEqual([]);
  });
});
