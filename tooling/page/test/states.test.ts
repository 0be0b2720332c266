// What is seen stands in the address: it outlives a reload, and is the same for whoever gets the link.
import { beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller, doEverything } from './stage/work.ts';

/** What a tab shows once it is drawn. */
async function shown(tab: SeenPage): Promise<object> {
  await tab.page.locator('aside').waitFor();
  await tab.rows.first().waitFor();
  const open = tab.page.locator('main [role=row][aria-current=true]');
  return { url: tab.page.url(), rows: await tab.rows.count(), open: await open.getAttribute('aria-rowindex') };
}

describeInBrowser('the calls', () => {
  const stage = openStage();
  let seen: SeenPage;
  let caller: Caller;

  beforeAll(async () => {
    await doEverything(stage.studio.url);
    caller = new Caller(stage.studio.url);
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  const totalOf = async (list: string, q = ''): Promise<number> =>
    Number((await caller.get(`/v1/debug/${list}?limit=1${q && `&q=${encodeURIComponent(q)}`}`))['total']);

  test('lists as many rows as the API has', async () => {
    await seen.go('?panel=calls&range=all');
    const total = await totalOf('calls');
    await seen.rows.nth(total - 1).waitFor();
    expect(await seen.rows.count()).toBe(total);
  });

  test('are gone through by keys: j and k move, Enter looks, / filters, Escape closes', async () => {
    await seen.go('?panel=calls&range=all');
    const { page } = seen;
    const rowOf = (): string | null => new URL(page.url()).searchParams.get('row');
    await seen.rows.first().waitFor();
    await page.keyboard.press('j');
    await page.locator('aside').waitFor();
    const first = rowOf();
    await page.keyboard.press('j');
    const second = rowOf();
    await page.keyboard.press('k');
    expect([rowOf(), second === first]).toEqual([first, false]);
    await page.keyboard.press('Escape');
    await page.locator('aside').waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    await page.keyboard.type('outcome=timeout');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=outcome/);
    const wanted = await totalOf('calls', 'outcome=timeout');
    await page.waitForFunction((rows) => document.querySelectorAll('main [role=row]').length === rows + 1, wanted);
    expect(await seen.rows.allTextContents()).toEqual(Array(wanted).fill(expect.stringContaining('timeout')));
    expect(seen.messages).toEqual([]);
  });

  test('keep every state over a reload, and show it to whoever gets the link', async () => {
    await seen.go('?panel=calls&range=all&q=success%3Dfalse');
    await seen.rows.first().waitFor();
    await seen.page.keyboard.press('j');
    await seen.page.locator('aside').waitFor();
    const { page } = seen;
    const before = await shown(seen);
    await page.reload();
    expect(await shown(seen)).toEqual(before);
    const other = await SeenPage.open(stage.browser, stage.studio.url, { theme: 'light' });
    await other.go(new URL(page.url()).search);
    expect(await shown(other)).toEqual(before);
    await other.close();
    await page.goBack();
    await page.locator('aside').waitFor({ state: 'detached' });
  });

  test('each count above them is the number of rows that it leaves', async () => {
    await seen.go('?panel=calls&range=all');
    const counts = seen.page.locator('main button[aria-pressed]').filter({ hasText: /\d/ });
    const { by_outcome: outcomes } = (await caller.get('/v1/debug/stats?range=1h')) as { by_outcome: object };
    // One for each way to fail, and one for all of them; each comes once the gateway has counted it.
    const failures = Object.keys(outcomes).filter((outcome) => outcome !== 'ok');
    await counts.nth(failures.length).waitFor();
    const texts = await counts.allTextContents();
    const left: string[] = [];
    for (const text of texts) {
      await seen.page.getByRole('button', { name: text, exact: true }).click();
      await seen.page.waitForURL(/[?&]q=/);
      const wanted = Number.parseInt(text, 10);
      await seen.page
        .waitForFunction((rows) => document.querySelectorAll('main [role=row]').length === rows + 1, wanted, {
          timeout: 5_000,
        })
        .catch(() => left.push(text));
      await seen.page.goBack();
      await counts.nth(texts.length - 1).waitFor();
    }
    expect(texts.length).toBeGreaterThan(4);
    expect(left).toEqual([]);
  });

  test('a route of the inspector is asked anew each time that it is run', async () => {
    await seen.go('?panel=openapi&view=GET+/v1/debug/health');
    const asked: string[] = [];
    seen.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const run = seen.page.locator('main form button[type=submit]');
    for (let times = 1; times <= 2; times += 1) {
      const answer = seen.page.waitForResponse('**/v1/debug/health');
      await run.click();
      await answer;
    }
    expect(asked.filter((path) => path === '/v1/debug/health')).toHaveLength(2);
  });

  test('a link to all that is kept leaves a time behind that was brushed', async () => {
    const { instances } = (await caller.get('/v1/debug/instances')) as {
      instances: readonly { readonly instance_id: string }[];
    };
    const brushed = 'since=2020-01-01T00:00:00Z&until=2020-01-01T00:01:00Z';
    await seen.go(`?panel=instances&instance=${instances[0]!.instance_id}&${brushed}`);
    const links = seen.page.locator('main a[href*="range=all"]');
    await links.filter({ hasText: 'Its events' }).first().waitFor();
    const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')!));
    expect(hrefs.filter((href) => href.includes('since') || href.includes('until'))).toEqual([]);
  });

  test('a filter that finds nothing is named, with the one way back', async () => {
    await seen.go('?panel=calls&range=all&q=tool~nothing_like_it');
    const empty = seen.page.locator('main').getByRole('link').filter({ hasNotText: /^$/ }).last();
    await empty.waitFor();
    expect(await seen.page.locator('main').textContent()).toContain('tool~nothing_like_it');
    await empty.click();
    await seen.rows.first().waitFor();
    expect(new URL(seen.page.url()).searchParams.get('q')).toBeNull();
  });

  test('a query that is wrong says so, with what may be meant', async () => {
    // In a tab of its own: the browser tells its console of an answer that is 400.
    const other = await SeenPage.open(stage.browser, stage.studio.url);
    await other.go('?panel=calls&range=all&q=outcom%3Dok');
    await other.page.locator('main').getByText('There is no field').first().waitFor();
    expect(await other.page.locator('main').textContent()).toContain('outcome');
    await other.close();
  });

  test.each([
    ['', 'The list is still that without a filter.'],
    ['&q=success%3Dtrue', 'The list is still that of “success=true”.'],
  ])('a wrong query that is typed leaves the list of “%s”, and says so', async (q, words) => {
    await seen.go(`?panel=calls&range=all${q}`);
    await seen.rows.first().waitFor();
    const count = seen.page.locator('main footer').getByRole('status');
    const listed = await count.textContent();
    const field = seen.page.getByRole('combobox', { name: 'Filter' });
    await field.fill('outcome=ko');
    await field.press('Enter');
    expect(await seen.page.getByRole('alert').textContent()).toContain(words);
    expect(await count.textContent()).toBe(listed);
    expect([await seen.findings(), seen.messages]).toEqual([[], []]);
    await field.fill('outcome=tool_error');
    await field.press('Enter');
    await seen.page.getByRole('alert').waitFor({ state: 'detached' });
    await seen.page.waitForURL(/q=outcome%3Dtool_error/);
  });

  test('a link of a row leads to its trace, and the other links to panels', async () => {
    const { calls } = (await caller.get('/v1/debug/calls?limit=1')) as {
      calls: readonly { readonly links: Readonly<Record<string, string>> }[];
    };
    const { trace_page: trace, stats } = calls[0]!.links;
    for (const link of [trace!, stats!]) {
      await seen.page.goto(link);
      await seen.settled();
      await seen.page.locator('nav [aria-current=page]').first().waitFor();
    }
    expect(seen.messages).toEqual([]);
  });
});

describeInBrowser('with a token', () => {
  const TOKEN = 'a-token-of-this-test';
  const stage = openStage({ config: { mcpServers: {}, auth: { tokens: [{ token: TOKEN }] } } });
  let seen: SeenPage;

  beforeAll(async () => {
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  test('the page asks for it, refuses a wrong one, shows what it is for, and forgets it with the tab', async () => {
    await seen.go('?panel=calls');
    const { page } = seen;
    const field = page.locator('input[type=password]');
    expect(await page.locator('form').textContent()).toMatch(
      /DCC_MCP_AUTH_TOKEN.*token create.* opens \/metrics alone/,
    );
    await field.fill('wrong');
    await field.press('Enter');
    await page.getByRole('alert').waitFor();
    await field.fill(TOKEN);
    await field.press('Enter');
    await field.waitFor({ state: 'detached' });
    await page.locator('main section').first().waitFor();
    expect(page.url()).not.toContain(TOKEN);
    const kept = await page.evaluate(() =>
      JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie]),
    );
    expect(kept).not.toContain(TOKEN);
    await page.reload();
    await field.waitFor();
  });
});
