// What calls failed with most often, on the overview: one click from each line to exactly its calls.
import { beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller } from './stage/work.ts';

describeInBrowser('the overview', () => {
  const stage = openStage({ config: { mcpServers: {} } });
  let seen: SeenPage;

  beforeAll(async () => {
    const caller = new Caller(stage.studio.url);
    // Three of one message, which names the tool, and one of another.
    for (const slug of ['maya.0a0a0a0a.gone', 'maya.1b1b1b1b.gone', 'not a slug', 'nuke.2c2c2c2c.gone']) {
      await caller.post('/v1/call', { tool_slug: slug, arguments: {} });
    }
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  test('has a line for each error, the most frequent first, that leads to just the calls that it counts', async () => {
    const { page } = seen;
    await seen.go('?panel=overview');
    const errors = page.getByRole('table', { name: 'Most frequent errors' });
    const lines = errors.getByRole('row').filter({ has: page.getByRole('rowheader') });
    await lines.first().waitFor();
    expect(await lines.getByRole('link').allTextContents()).toEqual(['3', '1']);
    expect(await lines.first().textContent()).toContain('2c2c2c2c');
    expect(await lines.first().textContent()).toContain('caller');
    expect([await seen.findings(), seen.messages]).toEqual([[], []]);
    await lines.first().getByRole('link').click();
    await page.getByRole('status').getByText('3 of 3').waitFor();
    expect(await seen.rows.allTextContents()).toEqual([
      expect.stringContaining('2c2c2c2c'),
      expect.stringContaining('1b1b1b1b'),
      expect.stringContaining('0a0a0a0a'),
    ]);
  });
});
