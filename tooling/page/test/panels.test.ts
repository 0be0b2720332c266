// Every panel, by its address and by the keyboard, as a reader has it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { panelNames } from './stage/panel-names.ts';
import { type Look, SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { doEverything } from './stage/work.ts';

const PANELS = panelNames();
const LOOKS: readonly Look[] = (['dark', 'light'] as const).flatMap((theme) =>
  (['en', 'zh-CN'] as const).map((language) => ({ theme, language })),
);

describeInBrowser('the admin page', () => {
  const stage = openStage({ config: { admin: { slowMs: 500 } } });
  let seen: SeenPage;

  beforeAll(async () => {
    await doEverything(stage.studio.url);
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  test.each(PANELS)('%s opens by its address, under the policy and without a message', async (panel) => {
    await seen.go(`?panel=${panel}`);
    const current = seen.page.locator('nav [aria-current=page]').first();
    expect(await current.getAttribute('href')).toContain(panel);
    expect([seen.messages, seen.strangers]).toEqual([[], []]);
  });

  test('every panel is reached by keys alone: Tab and Enter, or g and a letter', async () => {
    await seen.go();
    const links = seen.page.locator('nav').first().getByRole('link');
    const titles = await links.evaluateAll((all) => all.map((link) => link.getAttribute('title') ?? ''));
    const reached: (string | null)[] = [];
    for (const title of titles) {
      const [, letter = ''] = /g (\w)/.exec(title) ?? [];
      await seen.page.keyboard.press('g');
      await seen.page.keyboard.press(letter);
      reached.push(new URL(seen.page.url()).searchParams.get('panel'));
    }
    expect(reached).toEqual(PANELS);
    await links.last().focus();
    await seen.page.keyboard.press('Shift+Tab');
    await seen.page.keyboard.press('Enter');
    expect(new URL(seen.page.url()).searchParams.get('panel')).toBe(PANELS.at(-2));
    expect(seen.messages).toEqual([]);
  });

  describeInBrowser.each(LOOKS)('in $theme and $language', (look) => {
    let shown: SeenPage;

    beforeAll(async () => {
      shown = await SeenPage.open(stage.browser, stage.studio.url, look);
    });

    afterAll(() => shown.close());

    test.each(PANELS)('%s has nothing that axe calls serious', async (panel) => {
      await shown.go(`?panel=${panel}`);
      expect(await shown.findings()).toEqual([]);
    });
  });
});
