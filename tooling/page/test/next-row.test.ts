// A step to the next row waits for nothing: what is shown of it was asked for before.
import { beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller } from './stage/work.ts';

describeInBrowser('beside a list', () => {
  const stage = openStage({ config: { mcpServers: {} } });
  let seen: SeenPage;
  let caller: Caller;

  beforeAll(async () => {
    caller = new Caller(stage.studio.url);
    for (const slug of ['maya.0a0a0a0a.gone', 'maya.1b1b1b1b.gone', 'maya.2c2c2c2c.gone']) {
      await caller.post('/v1/call', { tool_slug: slug, arguments: {} });
    }
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  test('the row below the open one is asked for ahead, once', async () => {
    const { page } = seen;
    await seen.go('?panel=calls&range=all');
    await seen.rows.nth(1).waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(/\/traces\/([\w-]+)$/.exec(new URL(request.url()).pathname)?.[1] ?? ''));
    await page.keyboard.press('j');
    await page.locator('aside h2').waitFor();
    const { calls } = (await caller.get('/v1/debug/calls?limit=3')) as { calls: readonly { row_id: string }[] };
    const [first, second, third] = calls.map(({ row_id: id }) => id);
    const of = (id: string | undefined): number => asked.filter((each) => each === id).length;
    for (const deadline = Date.now() + 5_000; of(second) === 0 && Date.now() < deadline;) {
      await page.waitForTimeout(20);
    }
    await page.keyboard.press('j');
    await page.waitForURL(new RegExp(`row=${second}`));
    for (const deadline = Date.now() + 5_000; of(third) === 0 && Date.now() < deadline;) {
      await page.waitForTimeout(20);
    }
    expect([of(first), of(second), of(third)]).toEqual([1, 1, 1]);
    await page.locator('aside').getByText('1b1b1b1b').first().waitFor();
  });

  test('each request of a list of traces says by a sign what it is', async () => {
    await caller.post('/v1/search', { query: 'render' });
    await caller.post('/v1/call_batch', { calls: [{ tool_slug: 'maya.0a0a0a0a.gone' }] });
    await seen.go('?panel=traces&range=all');
    await seen.rows.nth(4).waitFor();
    const signs = seen.rows.getByRole('img');
    const names = await signs.evaluateAll((all) => all.map((sign) => sign.getAttribute('aria-label')));
    expect(new Set(names)).toEqual(new Set(['search', 'call', 'several calls at once']));
    expect([await seen.findings(), seen.messages]).toEqual([[], []]);
  });
});
