// Calls that failed the same way, one click from any of them.
import { beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller } from './stage/work.ts';

describeInBrowser('a failed call', () => {
  const stage = openStage({ config: { mcpServers: {} } });
  let seen: SeenPage;

  beforeAll(async () => {
    const caller = new Caller(stage.studio.url);
    // Two of one message, which names the tool, and one of another.
    await caller.post('/v1/call', { tool_slug: 'maya.0a0a0a0a.gone', arguments: {} });
    await caller.post('/v1/call', { tool_slug: 'not a slug', arguments: {} });
    await caller.post('/v1/call', { tool_slug: 'maya.1b1b1b1b.gone', arguments: {} });
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  test('leads to all calls of its message, whatever its values, and to no others', async () => {
    const { page } = seen;
    await seen.go('?panel=calls');
    await seen.rows.first().click();
    await page.getByRole('link', { name: 'All calls that failed this way' }).click();
    await page.waitForURL(/message_hash/);
    await page.getByRole('status').getByText('2 of 2').waitFor();
    expect(await seen.rows.allTextContents()).toEqual([
      expect.stringContaining('1b1b1b1b'),
      expect.stringContaining('0a0a0a0a'),
    ]);
    expect([await seen.findings(), seen.messages]).toEqual([[], []]);
  });
});
