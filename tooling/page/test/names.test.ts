// Names on the page where there is little room: what tells one from the other stays.
import { beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller } from './stage/work.ts';

describeInBrowser('names', () => {
  const stage = openStage();
  let seen: SeenPage;

  beforeAll(async () => {
    const caller = new Caller(stage.studio.url);
    await caller.call('maya', 'create_sphere');
    await caller.post('/v1/search', { query: 'paint the fence' });
    const item = { tool_slug: await caller.slug('maya', 'create_sphere') };
    await caller.post('/v1/call_batch', { calls: [item, item] });
    seen = await SeenPage.open(stage.browser, stage.studio.url, { width: 1440 });
  });

  test('a list of tools cuts the app and its instance, never the tool', async () => {
    await seen.go('?panel=overview');
    const name = seen.page
      .getByRole('table', { name: 'Most called tools' })
      .getByRole('rowheader', { name: /create_sphere$/ });
    await name.waitFor();
    const [place, tool] = await name.locator('span span').evaluateAll((parts) =>
      parts.map((part) => ({
        text: part.textContent,
        isWhole: part.getBoundingClientRect().width > 0 && part.scrollWidth <= part.clientWidth,
      })),
    );
    expect(place).toEqual({ text: expect.stringMatching(/^maya\.[0-9a-f]{8}\.$/), isWhole: false });
    expect(tool).toEqual({ text: 'create_sphere', isWhole: true });
  });

  test('a request without a tool is named by what it was about', async () => {
    await seen.go('?panel=traces');
    const links = seen.rows.getByRole('link');
    await links.first().waitFor();
    expect(await links.allTextContents()).toEqual(expect.arrayContaining(['paint the fence', '2 calls']));
  });
});
