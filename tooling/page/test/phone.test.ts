// The page on a phone: what is open is in sight, and nothing is wider than the screen.
import { expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { panelNames } from './stage/panel-names.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { doEverything } from './stage/work.ts';

const WIDTH = 400;

describeInBrowser('on a phone', () => {
  const stage = openStage();

  test('the panel that is open is in sight, and none is wider than the screen', async () => {
    await doEverything(stage.studio.url);
    const seen = await SeenPage.open(stage.browser, stage.studio.url, { width: WIDTH });
    for (const panel of panelNames()) {
      await seen.go(`?panel=${panel}`);
      const link = await seen.page.getByRole('navigation', { name: 'Panels' }).locator('[aria-current]').boundingBox();
      expect([panel, link!.x >= 0 && link!.x + link!.width <= WIDTH]).toEqual([panel, true]);
      const wide = await seen.page
        .locator('main :is(input[role=combobox], h2, [role=table])')
        .evaluateAll(
          (parts, width) =>
            parts.filter((part) => part.getBoundingClientRect().right > width).map((part) => part.outerHTML),
          WIDTH,
        );
      expect([panel, wide]).toEqual([panel, []]);
    }
  });
});
