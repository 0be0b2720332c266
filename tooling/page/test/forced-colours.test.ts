// Colours of the system in place of ours: what is told by a colour alone keeps it, what is chosen has a border.
import { beforeAll, expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { describeInBrowser } from './stage/browser.ts';
import { openStage } from './stage/stage.ts';
import { Caller } from './stage/work.ts';

const styleOf = (element: Locator, property: string): Promise<string> =>
  element.evaluate((node, name) => getComputedStyle(node).getPropertyValue(name), property);

describeInBrowser('a page in the colours of the system', () => {
  const stage = openStage();
  let page: Page;

  beforeAll(async () => {
    await new Caller(stage.studio.url).post('/v1/search', { query: 'sphere' });
    const context = await stage.browser.newContext({ forcedColors: 'active', colorScheme: 'dark' });
    page = await context.newPage();
    await page.goto(`${stage.studio.url}/admin/?panel=traces&range=all`);
    await page.locator('main [role=row] >> nth=1').waitFor();
    await page.keyboard.press('j');
    await page.locator('aside [role=gridcell] .drawn').first().waitFor();
  });

  test('shows the bars of a waterfall', async () => {
    const bar = page.locator('aside [role=gridcell] .drawn').first();
    const paper = await styleOf(page.locator('body'), 'background-color');
    expect(await styleOf(bar, 'background-color')).not.toBe(paper);
    expect(await styleOf(bar, 'background-color')).not.toBe('rgba(0, 0, 0, 0)');
  });

  test('shows the part of a trace that is dragged over', async () => {
    const ruler = page.locator('aside').getByRole('columnheader', { name: 'Time' });
    const { x, y } = (await ruler.boundingBox())!;
    await page.mouse.move(x + 20, y + 5);
    await page.mouse.down();
    await page.mouse.move(x + 80, y + 5, { steps: 3 });
    expect(await styleOf(ruler.locator('div'), 'forced-color-adjust')).toBe('none');
    await page.mouse.move(x + 20, y + 5);
    await page.mouse.up();
  });

  test('shows which row, tab and panel are open', async () => {
    for (const open of ['main [role=row]', 'aside nav a', 'nav a']) {
      const [chosen, other] = [page.locator(`${open}[aria-current]`), page.locator(`${open}:not([aria-current])`)];
      expect(await styleOf(chosen.first(), 'outline-style')).toBe('solid');
      expect(await styleOf(other.first(), 'outline-style')).toBe('none');
    }
  });
});
