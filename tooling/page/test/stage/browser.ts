// Where there is no Chromium, tests of the page are left out, but never in CI.
import { describe } from '@jest/globals';
import { existsSync } from 'node:fs';
import { CHROMIUM } from './chromium.ts';

/** `describe` where there is a browser, or where there has to be one. */
export const describeInBrowser: typeof describe.only = hasBrowser() ? describe : describe.skip;

function hasBrowser(): boolean {
  const isThere = existsSync(CHROMIUM) || process.env['CI'] !== undefined;
  if (!isThere) {
    process.stderr.write(`No ${CHROMIUM}: the page is not looked at (apt-get install chromium)\n`);
  }
  return isThere;
}
