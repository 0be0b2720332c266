// The overview where nothing asks for attention.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { describeInBrowser } from './stage/browser.ts';
import { openBrowser } from './stage/chromium.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStudio, type Studio } from './stage/studio.ts';
import { Caller } from './stage/work.ts';

describeInBrowser('the overview of a gateway that is well', () => {
  let studio: Studio;
  let browser: Browser;
  let seen: SeenPage;

  beforeAll(async () => {
    [studio, browser] = await Promise.all([openStudio({ config: { mcpServers: {} } }), openBrowser()]);
    seen = await SeenPage.open(browser, studio.url);
  });

  afterAll(async () => {
    await browser?.close();
    await studio?.stop();
  });

  test('says since when no call has failed, and opens the last one that did', async () => {
    const { page } = seen;
    const since = page.locator('main').getByRole('status').getByText('No call has failed');
    await seen.go('?panel=overview');
    await since.waitFor();
    expect(await since.textContent()).toContain('No call has failed since the start.');
    await new Caller(studio.url).post('/v1/call', { tool_slug: 'maya.00000000.gone', arguments: {} });
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
