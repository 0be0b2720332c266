// The menu of a row: what a right click, or the keys for it, open on a call and on a trace.
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { type Look, SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { doEverything } from './stage/work.ts';

const FAILED = '?panel=calls&range=all&q=outcome%3Dtool_error';

describeInBrowser('the menu of a row', () => {
  const stage = openStage();
  let seen: SeenPage;

  beforeAll(async () => {
    await doEverything(stage.studio.url);
    seen = await SeenPage.open(stage.browser, stage.studio.url);
    await seen.page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: stage.studio.url });
  });

  const menu = (): ReturnType<SeenPage['page']['locator']> => seen.page.getByRole('menu');
  const item = (name: string | RegExp): ReturnType<SeenPage['page']['locator']> =>
    seen.page.getByRole('menuitem', { name });
  /** What is copied, once something is; the clipboard is empty then. */
  function copiedText(): Promise<string> {
    return seen.page.evaluate(async () => {
      let text = '';
      while (text === '') {
        await new Promise((resolve) => setTimeout(resolve, 20));
        text = await navigator.clipboard.readText();
      }
      await navigator.clipboard.writeText('');
      return text;
    });
  }

  /** Whether what is done is left to the browser: `true`, `false`. */
  async function isLeft(type: string, act: () => Promise<void>): Promise<string | undefined> {
    await seen.page.evaluate((name) => {
      addEventListener(
        name,
        (event) => {
          document.body.dataset['isLeft'] = String(!event.defaultPrevented);
          // A menu of the browser would lie over the page.
          event.preventDefault();
        },
        { once: true },
      );
    }, type);
    await act();
    return seen.page.evaluate(() => document.body.dataset['isLeft']);
  }

  const focused = (): Promise<string> => seen.page.evaluate(() => document.activeElement?.textContent ?? '');

  describe('of a failed call', () => {
    beforeEach(async () => {
      await seen.go(FAILED);
      await seen.rows.first().waitFor();
    });

    test('copies every form without opening the row', async () => {
      const copied: string[] = [];
      for (const form of ['cURL', 'JSON-RPC', 'OTLP JSON', 'Agent packet', 'Replay command', 'Link']) {
        await seen.rows.first().click({ button: 'right' });
        await item(form).click();
        await menu().waitFor({ state: 'detached' });
        copied.push(await copiedText());
      }
      expect(copied).toEqual([
        expect.stringMatching(/^curl -s .*\/v1\/call/),
        expect.stringContaining('"method": "tools/call"'),
        expect.stringContaining('"resourceSpans"'),
        expect.stringContaining('"tool_error"'),
        expect.stringMatching(new RegExp(`^npx dcc-mcp-gateway replay [\\w-]+ --url ${stage.studio.url}$`)),
        expect.stringMatching(/\/admin\/\?panel=calls&q=outcome%3Dtool_error&range=all&row=[\w-]+$/),
      ]);
      expect([await seen.page.locator('aside').count(), seen.messages]).toEqual([0, []]);
    });

    test('is there with a password in the address of the page, and copies none of it', async () => {
      await seen.page.goto(`${stage.studio.url.replace('//', '//ada:secret@')}/admin/${FAILED}`);
      await seen.rows.first().click({ button: 'right' });
      await item('Replay command').click();
      expect(await copiedText()).toMatch(new RegExp(` --url ${stage.studio.url}$`));
    });

    test('lists only those that are like it', async () => {
      await seen.rows.first().click({ button: 'right' });
      expect(await item('Only outcome=tool_error').count()).toBe(0);
      await item('Only agent_name="Lighting agent"').waitFor();
      await item(/^Only tool=/).click();
      await seen.page.waitForURL(/q=outcome%3Dtool_error\+tool%3Dmaya\.\w+\.export_fbx/);
    });

    test('is opened by a key, gone through by arrows, and gives the focus back', async () => {
      const { page } = seen;
      await page.keyboard.press('j');
      await page.locator('aside').waitFor();
      const link = seen.rows.first().getByRole('link');
      for (const key of ['ContextMenu', 'Shift+F10']) {
        await link.focus();
        await page.keyboard.press(key);
        await menu().waitFor();
        const walked = [await focused()];
        for (const step of ['ArrowDown', 'ArrowUp', 'ArrowUp', 'Home', 'End', 'ArrowDown']) {
          await page.keyboard.press(step);
          walked.push(await focused());
        }
        const [first, last] = ['Link', 'Only agent_name="Lighting agent"'];
        expect(walked).toEqual([first, 'cURL', first, last, first, last, first]);
        await page.keyboard.press('Escape');
        await menu().waitFor({ state: 'detached' });
        expect(await focused()).toBe(await link.textContent());
      }
      // What lies below stayed open, and has the menu where nothing has the focus.
      expect(await page.locator('aside').count()).toBe(1);
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      await page.keyboard.press('ContextMenu');
      await menu().waitFor();
    });

    test('leaves the key to the browser where no row has the focus, none is open, or it is not about one', async () => {
      const { page } = seen;
      await page.locator('header button').last().focus();
      expect(await isLeft('keydown', () => page.keyboard.press('ContextMenu'))).toBe('true');
      await page.keyboard.press('j');
      await page.locator('aside').getByRole('button', { name: 'Link', exact: true }).focus();
      expect(await isLeft('keydown', () => page.keyboard.press('ContextMenu'))).toBe('true');
      expect(await menu().count()).toBe(0);
    });

    test('goes along to another row', async () => {
      await seen.go('?panel=calls&range=all');
      const labels: (string | null)[] = [];
      for (const index of [5, 3, 2]) {
        await seen.rows.nth(index).click({ button: 'right', position: { x: 20, y: 15 } });
        await menu().waitFor();
        labels.push((await menu().getAttribute('aria-label'))!.replace(/ ·.*/, ''));
        expect(await menu().count()).toBe(1);
      }
      expect(new Set(labels).size).toBe(3);
    });

    test('is closed by a press elsewhere; with Shift the browser has its own', async () => {
      await seen.rows.first().click({ button: 'right' });
      await menu().waitFor();
      await seen.page.locator('main footer').click();
      await menu().waitFor({ state: 'detached' });
      const press = (): Promise<void> => seen.rows.first().click({ button: 'right', modifiers: ['Shift'] });
      expect([await isLeft('contextmenu', press), await menu().count()]).toEqual(['true', 0]);
    });
  });

  test('is there for a trace', async () => {
    await seen.go('?panel=traces&range=all&q=operation%3Dcall_batch');
    await seen.rows.first().click({ button: 'right' });
    await item('cURL').click();
    expect(await copiedText()).toContain('/v1/call_batch');
  });

  const LOOKS: readonly Look[] = [
    { theme: 'dark', width: 400 },
    { theme: 'light', language: 'zh-CN' },
  ];
  test.each(LOOKS)('has nothing that axe calls serious, and stays in the window: %j', async (look) => {
    const shown = await SeenPage.open(stage.browser, stage.studio.url, look);
    await shown.go('?panel=calls&range=all');
    const row = shown.rows.last();
    await row.waitFor();
    const { width, height } = (await row.boundingBox())!;
    await row.click({ button: 'right', position: { x: width - 4, y: height - 4 } });
    const box = (await shown.page.getByRole('menu').boundingBox())!;
    const window = shown.page.viewportSize()!;
    expect([box.x >= 0, box.x + box.width <= window.width, box.y + box.height <= window.height]).toEqual([
      true,
      true,
      true,
    ]);
    expect([await shown.findings(), shown.messages]).toEqual([[], []]);
    await shown.close();
  });
});
