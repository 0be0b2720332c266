// What a reader's address or file may hold that nobody meant: it is said in words, and the page goes on.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { describeInBrowser } from './stage/browser.ts';
import { openBrowser } from './stage/chromium.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStudio, type Studio } from './stage/studio.ts';

describeInBrowser('what nobody meant', () => {
  let studio: Studio;
  let browser: Browser;
  let seen: SeenPage;

  beforeAll(async () => {
    [studio, browser] = await Promise.all([openStudio({ config: { mcpServers: {} } }), openBrowser()]);
  });

  beforeEach(async () => {
    seen = await SeenPage.open(browser, studio.url);
  });

  afterEach(() => seen.close());

  afterAll(async () => {
    await browser?.close();
    await studio?.stop();
  });

  const errors = (): readonly string[] => seen.messages.filter((message) => !message.startsWith('error: Failed'));

  test.each(['?panel=calls&since=yesterday', '?until=%00', '?panel=traces&since=9e99', '?panel=events&until=x'])(
    'a time that is none, as in %s, leaves a page with words',
    async (search) => {
      await seen.go(search);
      await seen.page.locator('header select').first().waitFor();
      expect(errors()).toEqual([]);
    },
  );

  test('a filter of 6,000 characters stays within the page', async () => {
    await seen.go(`?panel=calls&q=${'x'.repeat(6_000)}`);
    await seen.page.getByRole('alert').first().waitFor();
    const over = await seen.page.evaluate(() => {
      const main = document.querySelector('main')!;
      return [document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth];
    });
    expect(over).toEqual([0, 0]);
  });

  test('a file that holds what no bundle holds is refused by its panel, and the rest of the page goes on', async () => {
    await seen.go('?panel=bundle&tab=calls');
    const lists = { traces: [], searches: [], events: [], hints: [], omitted: [] };
    const bundle = {
      schema: 'dcc-mcp.debug-bundle.v1',
      calls: [null],
      previous_failures: [],
      previous_calls: [],
      ...lists,
    };
    const file = { name: 'odd.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(bundle)) };
    await seen.page.locator('input[type=file]').setInputFiles(file);
    await seen.page.getByText('cannot be shown').waitFor();
    await seen.page.keyboard.press('g');
    await seen.page.keyboard.press('c');
    await seen.page.locator('main section').first().waitFor();
    expect(errors()).toEqual([]);
  });
});
