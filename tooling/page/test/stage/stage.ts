import { afterAll, beforeAll } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openBrowser } from './chromium.ts';
import { openStudio, type Studio, type StudioOptions } from './studio.ts';

/** What the page is looked at with: a gateway that serves it, and a browser. Both are there while tests run. */
export interface Stage {
  readonly studio: Studio;
  readonly browser: Browser;
}

/** Opens the stage of a suite before its tests, and closes it after them. */
export function openStage(options: StudioOptions = {}): Stage {
  const opened: { studio?: Studio; browser?: Browser } = {};
  beforeAll(async () => {
    await Promise.all([
      openStudio(options).then((studio) => Object.assign(opened, { studio })),
      openBrowser().then((browser) => Object.assign(opened, { browser })),
    ]);
  });
  afterAll(async () => {
    await opened.browser?.close();
    await opened.studio?.stop();
  });
  return {
    get studio() {
      return opened.studio!;
    },
    get browser() {
      return opened.browser!;
    },
  };
}
