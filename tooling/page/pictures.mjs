#!/usr/bin/env node
// Takes pictures of the admin page as it runs, for people who look at it and for the documents:
//   npm run pictures -- FOLDER [--only calls]
//   npm run pictures -- ../../docs/guides/images --docs
// Behind it is the demo with a day of history, so that every panel has something to show.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openBrowser } from './test/stage/chromium.ts';
import { spreadOverDay } from './test/stage/history.ts';
import { SeenPage } from './test/stage/seen-page.ts';
import { statesOf } from './test/stage/shown-states.ts';
import { openStudio } from './test/stage/studio.ts';
import { doEverything } from './test/stage/work.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, docs: { type: 'boolean', default: false } },
});
const [target = 'pictures'] = positionals;

const THEMES = ['dark', 'light'];
const LANGUAGES = ['en', 'zh-CN'];
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
  { width: 400, height: 860 },
];
const ALL = THEMES.flatMap((theme) =>
  LANGUAGES.flatMap((language) => SIZES.map(({ width, height }) => ({ theme, language, width, height }))),
);
const DOCS_LOOK = { width: 1280, height: 800, scale: 1.5 };
/** What documents show, and the looks that they show it in. */
const DOCS = [
  { look: { theme: 'dark', language: 'en', ...DOCS_LOOK }, names: ['overview', 'calls-peek', 'trace'], ending: 'dark' },
  { look: { theme: 'dark', language: 'zh-CN', ...DOCS_LOOK }, names: ['overview', 'calls-peek'], ending: 'zh' },
];

mkdirSync(target, { recursive: true });
const history = mkdtempSync(join(tmpdir(), 'pictures-'));
const config = { audit: { dir: history }, admin: { slowMs: 1_000 } };
const first = await openStudio({ config });
await doEverything(first.url);
await first.stop();
spreadOverDay(history);
const studio = await openStudio({ config });
const browser = await openBrowser();
try {
  await doEverything(studio.url);
  const states = (await statesOf(studio.url)).filter(({ name }) => values.only === undefined || name === values.only);
  for (const { look, names, ending } of values.docs ? DOCS : []) {
    await takeAll(
      look,
      states.filter(({ name }) => names.includes(name)),
      (name) => `page-${name}-${ending}.png`,
    );
  }
  for (const look of values.docs ? [] : ALL) {
    await takeAll(look, states, (name) => `${name}-${look.theme}-${look.language}-${look.width}.png`);
  }
} finally {
  await browser.close();
  await studio.stop();
  rmSync(history, { recursive: true, force: true });
}

async function takeAll(look, states, fileOf) {
  const seen = await SeenPage.open(browser, studio.url, look);
  for (const { name, search, wait } of states) {
    await seen.go(search);
    await seen.page
      .locator(wait)
      .first()
      .waitFor({ timeout: 5_000 })
      .catch(() => process.stderr.write(`${name}: there is no ${wait}\n`));
    // Charts and details come after the rows.
    await seen.page.waitForTimeout(300);
    const file = fileOf(name);
    await seen.page.screenshot({ path: join(target, file) });
    process.stdout.write(`${join(target, file)}\n`);
  }
  if (seen.messages.length > 0) {
    process.stderr.write(`${JSON.stringify(look)}: ${seen.messages.join(' | ')}\n`);
  }
  await seen.close();
}
