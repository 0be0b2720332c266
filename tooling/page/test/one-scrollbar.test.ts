// What is longer than the window scrolls where it stands: the document never does, so the head and the navigation stay.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { describeInBrowser } from './stage/browser.ts';
import { openBrowser } from './stage/chromium.ts';
import { spreadOverDay } from './stage/history.ts';
import { panelNames } from './stage/panel-names.ts';
import { SeenPage } from './stage/seen-page.ts';
import { type ShownState, statesOf } from './stage/shown-states.ts';
import { openStudio, type Studio } from './stage/studio.ts';
import { doEverything } from './stage/work.ts';

/** Pixels. Low, so that every panel has more than fits. */
const SIZES = [400, 1280, 1920].flatMap((width) => [460, 757].map((height) => ({ width, height })));
/** More than the navigation has room for. */
const VIEWS = Array.from({ length: 20 }, (_, index) => ({ name: `view ${index}`, href: `?panel=calls&q=${index}` }));
/** Charts and details come after the rows. */
const DRAWN_MILLIS = 300;

interface Strayed {
  /** Than the window: it has a scrollbar of its own. */
  readonly isLarger: boolean;
  /** Those that are placed outside of what scrolls them, and make something larger that is farther out. */
  readonly elements: readonly string[];
}

/** Runs in the browser. */
function strayed(): Strayed {
  const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement;
  // What is not drawn is placed nowhere; SVG doesn't tell.
  const placed = [...document.querySelectorAll<HTMLElement>('body *')].filter(
    (element) => element.offsetParent instanceof HTMLElement && getComputedStyle(element).position === 'absolute',
  );
  const left = placed.filter((element) => {
    let around = element.parentElement;
    while (around !== null && !/auto|scroll/.test(getComputedStyle(around).overflow)) {
      around = around.parentElement;
    }
    return around !== null && !around.contains(element.offsetParent);
  });
  return {
    isLarger: scrollWidth > clientWidth || scrollHeight > clientHeight,
    elements: left.map((element) => element.outerHTML.slice(0, 200)),
  };
}

describeInBrowser('in a low window', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scrollbar-'));
  const options = { config: { audit: { dir: folder }, admin: { slowMs: 500 } } };
  let studio: Studio;
  let browser: Browser;
  let seen: SeenPage;
  let states: readonly ShownState[];

  beforeAll(async () => {
    const first = await openStudio(options);
    await doEverything(first.url);
    await first.stop();
    spreadOverDay(folder);
    [studio, browser] = await Promise.all([openStudio(options), openBrowser()]);
    await doEverything(studio.url);
    states = await statesOf(studio.url);
    seen = await SeenPage.open(browser, studio.url);
    await seen.page.addInitScript((views) => localStorage.setItem('dcc-mcp.views', views), JSON.stringify(VIEWS));
  });

  afterAll(async () => {
    await browser?.close();
    await studio?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function strayedIn({ search, wait }: ShownState): Promise<readonly [string, Strayed][]> {
    const found: [string, Strayed][] = [];
    await seen.go(search);
    await seen.page.locator(wait).first().waitFor({ state: 'attached' });
    await seen.page.waitForTimeout(DRAWN_MILLIS);
    for (const size of SIZES) {
      await seen.page.setViewportSize(size);
      found.push([`${search} ${size.width} × ${size.height}`, await seen.page.evaluate(strayed)]);
    }
    return found.filter(([, { isLarger, elements }]) => isLarger || elements.length > 0);
  }

  test.each(panelNames())('%s scrolls, and the document does not', async (panel) => {
    expect(await strayedIn(states.find(({ name }) => name === panel)!)).toEqual([]);
  });

  test('what is opened scrolls, and the document does not', async () => {
    const opened = states.filter(({ name }) => !panelNames().includes(name));
    expect(opened.length).toBeGreaterThan(0);
    for (const state of opened) {
      expect(await strayedIn(state)).toEqual([]);
    }
  });
});
