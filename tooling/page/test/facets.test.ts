// What a filter offers: values of all rows that are kept, not of those in sight alone.
import { beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller } from './stage/work.ts';

/** More than one page of the list. */
const DAY_CALLS = 505;

describeInBrowser('a filter', () => {
  const stage = openStage({ config: { mcpServers: {} } });
  let seen: SeenPage;

  beforeAll(async () => {
    const caller = new Caller(stage.studio.url);
    const call = (agent_name: string): Promise<unknown> =>
      caller.post('/v1/call', { tool_slug: 'maya.0a0a0a0a.gone', meta: { agent_context: { agent_name } } });
    await Promise.all(Array.from({ length: 3 }, () => call('Night agent')));
    await Promise.all(Array.from({ length: DAY_CALLS }, () => call('Day agent')));
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  test('offers values that no row in sight has, with how many rows have them, and leaves those', async () => {
    const { page } = seen;
    await seen.go('?panel=calls');
    const filter = page.getByRole('combobox', { name: 'Filter' });
    await filter.fill('outcome=unknown_tool agent_name=');
    const offered = page.locator('search').getByRole('option');
    await offered.filter({ hasText: 'Night agent' }).waitFor();
    expect(await offered.allTextContents()).toEqual(['agent_name="Day agent"505', 'agent_name="Night agent"3']);
    // The last one.
    await filter.press('ArrowUp');
    await filter.press('Enter');
    await page.getByRole('status').getByText('3 of 3').waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('outcome=unknown_tool agent_name="Night agent"');
    expect([await seen.findings(), seen.messages]).toEqual([[], []]);
  });
});
