// Every state of every panel stands in the address: a reload shows the same, in whatever is open in it.
import { beforeAll, expect, test } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import { describeInBrowser } from './stage/browser.ts';
import { panelNames } from './stage/panel-names.ts';
import { SeenPage } from './stage/seen-page.ts';
import { type ShownState, statesOf } from './stage/shown-states.ts';
import { openStage } from './stage/stage.ts';
import { doEverything } from './stage/work.ts';

/** What can be told from one look at the page to the next; times and durations go on. */
interface Seen {
  readonly address: string;
  readonly panel: string | null;
  readonly heads: readonly string[];
  readonly filter: string | undefined;
  readonly current: readonly string[];
  readonly rows: readonly string[];
}

describeInBrowser('a reload', () => {
  const stage = openStage();
  let seen: SeenPage;
  let states: readonly ShownState[];

  beforeAll(async () => {
    await doEverything(stage.studio.url);
    states = await statesOf(stage.studio.url);
    seen = await SeenPage.open(stage.browser, stage.studio.url);
    // What is shown is that of now: nothing goes on by itself.
    await seen.go();
    await seen.page.keyboard.press('t');
  });

  function look(): Promise<Seen> {
    return seen.page.evaluate(() => {
      // The browser runs this function alone, without what stands around it.
      // oxlint-disable-next-line unicorn/consistent-function-scoping
      const texts = (selector: string): readonly string[] =>
        Array.from(document.querySelectorAll(selector), ({ textContent }) => textContent ?? '');
      return {
        address: location.search,
        panel: document.querySelector('nav [aria-current=page]')?.textContent ?? null,
        heads: texts('main :is(h1, h2, h3)'),
        filter: document.querySelector<HTMLInputElement>('main [role=combobox]')?.value,
        current: texts('main [aria-current]:not([aria-current=false])').map((text) => text.replaceAll(/[\d.,:]+/g, '')),
        rows: texts('main [role=row]').map((text) => text.replaceAll(/[\d.,:]+/g, '')),
      };
    });
  }

  /** What is there once it has come to rest, or as soon as it is what was there before. */
  async function settled(wait: string, before?: Seen): Promise<Seen> {
    await seen.page.locator(wait).first().waitFor();
    let last = await look();
    for (const deadline = Date.now() + 5_000; Date.now() < deadline;) {
      await seen.page.waitForTimeout(250);
      const next = await look();
      if (isDeepStrictEqual(next, before ?? last)) {
        return next;
      }
      last = next;
    }
    return last;
  }

  test.each(panelNames())('of %s shows the same', async (name) => {
    for (const { search, wait } of states.filter((state) => state.search.includes(`panel=${name}&`))) {
      await seen.go(search);
      await seen.page.locator(wait).first().waitFor();
      if (!/row=|trace=/.test(search)) {
        // Where there is a list, its first row is open, too.
        await seen.page.keyboard.press('j');
      }
      const before = await settled(wait);
      await seen.page.reload();
      expect(await settled(wait, before)).toEqual(before);
    }
  });
});
