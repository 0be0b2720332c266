// Ways through the page: from a number to what it counts, from a failed call to an issue, and through a proxy.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { describeInBrowser } from './stage/browser.ts';
import { openPrefixProxy, type PrefixProxy } from './stage/prefix-proxy.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller, doEverything } from './stage/work.ts';

interface Har {
  readonly log: {
    readonly version: string;
    readonly entries: readonly { readonly _dcc_mcp: { readonly outcome: string } }[];
  };
}

describeInBrowser('the page', () => {
  const stage = openStage();
  let seen: SeenPage;

  beforeAll(async () => {
    await doEverything(stage.studio.url);
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  test('each number of the overview that is a link opens as many calls as it says', async () => {
    await seen.go('?panel=overview');
    await seen.page.locator('main dl a').first().waitFor();
    const links = await seen.page
      .locator('main a[href^="?panel=calls"]')
      .evaluateAll((all) =>
        all.map((link) => ({ text: link.textContent ?? '', href: link.getAttribute('href') ?? '' })),
      );
    const counts = links.filter(({ text }) => /(?:^|\s)[\d,]+$/.test(text));
    expect(counts.length).toBeGreaterThan(20);
    const caller = new Caller(stage.studio.url);
    for (const { text, href } of counts) {
      const asked = new URLSearchParams(href);
      asked.delete('panel');
      const { total } = await caller.get(`/v1/debug/calls?limit=1&${asked}`);
      expect([href, total]).toEqual([href, Number(/[\d,]+$/.exec(text)![0].replaceAll(',', ''))]);
    }
  });

  test('a share and a percentile of the overview open the calls behind them', async () => {
    const { page } = seen;
    const asked = (): string | null => new URL(page.url()).searchParams.get('q');
    await seen.go('?panel=overview');
    await page.locator('main dl').first().getByRole('link', { name: /\d %$/ }).click();
    expect(asked()).toBe('success=true');
    await seen.rows.first().waitFor();
    await page.goBack();
    const slowest = page.getByRole('table', { name: 'Slowest tools' }).getByRole('row').nth(1);
    await slowest.getByRole('link').last().click();
    expect(asked()).toMatch(/^tool=\S+ duration_ms>=[\d.]+$/);
    await seen.rows.first().waitFor();
  });

  test('a public-safe issue of a failed call is copied by keys alone, and the focus comes back', async () => {
    const { page } = seen;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: stage.studio.url });
    await seen.go('?panel=calls&range=all&q=outcome%3Dtool_error');
    await seen.rows.first().waitFor();
    await page.keyboard.press('j');
    await page.locator('aside').getByRole('button', { name: 'Report…' }).waitFor();
    await tabTo('Report…');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Copy as issue' }).waitFor();
    await tabTo('Copy as issue');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '✓ Copy as issue' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^# call failed: tool_error/);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Report…');
    expect(await page.locator('aside').count()).toBe(1);
  });

  test('a filter is saved as a view by keys, is one key away after a reload, and is forgotten', async () => {
    const { page } = seen;
    const views = page.getByRole('navigation', { name: 'Saved views' });
    await seen.go('?panel=calls&range=24h&q=outcome%3Dtimeout');
    await seen.rows.first().waitFor();
    await page.keyboard.press('j');
    await page.locator('aside').waitFor();
    await page.keyboard.press('v');
    await page.locator('input:focus').waitFor();
    await page.keyboard.type('Late ones');
    expect(await seen.findings()).toEqual([]);
    await page.keyboard.press('Enter');
    await views.getByRole('link', { name: 'Late ones', exact: true }).waitFor();
    expect(await seen.findings()).toEqual([]);
    await seen.go('?panel=overview');
    await page.keyboard.press('1');
    await page.waitForURL('**/admin/?panel=calls&q=outcome%3Dtimeout&range=24h');
    await seen.rows.first().waitFor();
    expect(await page.locator('aside').count()).toBe(0);
    await page.keyboard.press('2');
    await views.getByRole('button', { name: 'Forget Late ones' }).click();
    expect(await views.getByRole('link').count()).toBe(0);
    expect(await page.evaluate(() => localStorage.getItem('dcc-mcp.views'))).toBeNull();
    expect(seen.messages).toEqual([]);
  });

  test('the focus comes back to the button that saves a view; on a phone there is no list before the first', async () => {
    const phone = await SeenPage.open(stage.browser, stage.studio.url, { width: 400 });
    const views = phone.page.getByRole('navigation', { name: 'Saved views' });
    await phone.go('?panel=calls');
    expect(await views.getByRole('list').count()).toBe(0);
    await views.getByRole('button', { name: 'Save view…' }).press('Enter');
    await phone.page.getByRole('textbox', { name: 'Name' }).press('Enter');
    await views.getByRole('link', { name: 'Calls' }).waitFor();
    expect(await phone.page.evaluate(() => document.activeElement?.textContent)).toBe('Save view…');
    expect(await phone.findings()).toEqual([]);
    await phone.close();
  });

  test('a part of a trace is looked at by keys alone: nearer, later, whole', async () => {
    const { page } = seen;
    const viewOf = (): string | null => new URL(page.url()).searchParams.get('view');
    const { traces } = (await new Caller(stage.studio.url).get(
      '/v1/debug/traces?limit=1&q=operation%3Dcall_batch',
    )) as {
      readonly traces: readonly [{ readonly row_id: string; readonly total_ms: number }];
    };
    const [{ row_id: id, total_ms: total }] = traces;
    await seen.go(`?panel=traces&trace=${id}`);
    await page.locator('[role=treegrid]').waitFor();
    await page.keyboard.press('+');
    await page.waitForURL(/view=/);
    const [from = 0, to = 0] = viewOf()!.split('-').map(Number);
    expect(to - from).toBeCloseTo(total / 2, 1);
    await page.keyboard.press('l');
    expect(Number.parseFloat(viewOf()!)).toBeGreaterThan(from);
    await page.keyboard.press('ArrowLeft');
    expect(Number.parseFloat(viewOf()!)).toBeCloseTo(from, 1);
    await page.keyboard.press('-');
    expect(viewOf()).toBeNull();
  });

  test('a view that is saved in one tab is in the other; what is no view is no link', async () => {
    await seen.go('?panel=calls');
    const other = await seen.page.context().newPage();
    await other.goto(seen.page.url());
    await other.evaluate(() => {
      const kept = [
        { name: 'Traces', href: '?panel=traces' },
        { name: 'Elsewhere', href: 'javascript:alert(1)' },
      ];
      localStorage.setItem('dcc-mcp.views', JSON.stringify(kept));
    });
    const links = seen.page.getByRole('navigation', { name: 'Saved views' }).getByRole('link');
    await links.first().waitFor();
    expect(await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')))).toEqual(['?panel=traces']);
    await other.evaluate(() => localStorage.clear());
    await other.close();
  });

  test('a call, its session and a filtered list are saved as HAR', async () => {
    const { page } = seen;
    const saved = async (
      press: () => Promise<void>,
    ): Promise<{ readonly name: string; readonly outcomes: unknown }> => {
      const [download] = await Promise.all([page.waitForEvent('download'), press()]);
      const { log } = JSON.parse(readFileSync(await download.path(), 'utf8')) as Har;
      expect(log.version).toBe('1.2');
      return { name: download.suggestedFilename(), outcomes: log.entries.map(({ _dcc_mcp: own }) => own.outcome) };
    };
    await seen.go('?panel=calls&range=all&q=outcome%3Dtool_error');
    const list = await saved(() => page.getByRole('button', { name: 'Save as HAR' }).click());
    expect(list.name).toBe('dcc-mcp-calls.har');
    expect(new Set(list.outcomes as string[])).toEqual(new Set(['tool_error']));
    await seen.rows.first().click();
    const fromMenu = (item: string): Promise<{ readonly name: string; readonly outcomes: unknown }> =>
      saved(async () => {
        await page.locator('aside summary', { hasText: 'HAR…' }).click();
        await page.getByRole('button', { name: item }).click();
      });
    expect(await fromMenu('Save this request')).toMatchObject({
      name: expect.stringMatching(/^dcc-mcp-[\w-]+\.har$/),
      outcomes: ['tool_error'],
    });
    const { calls } = (await new Caller(stage.studio.url).get('/v1/debug/calls?limit=1&q=outcome%3Dtool_error')) as {
      readonly calls: readonly [{ readonly trace_id: string }];
    };
    await seen.go(`?panel=calls&range=all&row=${calls[0].trace_id}`);
    expect(await fromMenu('Save this request')).toMatchObject({ outcomes: ['tool_error'] });
    await seen.go('?panel=calls&range=all&q=transport%3Dmcp');
    await seen.rows.first().click();
    expect(await fromMenu('Save its whole session')).toMatchObject({
      name: expect.stringMatching(/^dcc-mcp-session-[\da-f]{12}\.har$/),
      outcomes: ['ok', 'ok'],
    });
  });

  async function tabTo(text: string): Promise<void> {
    for (let presses = 0; presses < 100; presses += 1) {
      await seen.page.keyboard.press('Tab');
      if ((await seen.page.evaluate(() => document.activeElement?.textContent)) === text) {
        return;
      }
    }
    throw new Error(`Tab never reaches ${text}`);
  }
});

describeInBrowser('behind a proxy that takes a prefix away, below a path of several parts', () => {
  const stage = openStage({ config: { server: { adminPath: '/ops/gateway' } } });
  let proxy: PrefixProxy;

  beforeAll(async () => {
    proxy = await openPrefixProxy('/studio', stage.studio.url);
    await doEverything(stage.studio.url);
  });

  afterAll(() => proxy?.stop());

  test('lists, traces and reports are all there', async () => {
    const seen = await SeenPage.open(stage.browser, proxy.url);
    const { page } = seen;
    await page.goto(`${proxy.url}/studio/ops/gateway?panel=calls&range=all&q=outcome%3Dtool_error`);
    expect(page.url()).toContain('/studio/ops/gateway/?panel=calls');
    await seen.rows.first().click();
    await page.locator('aside').getByText('The server failed').waitFor();
    await page.getByRole('button', { name: 'Report…' }).click();
    await page.locator('dialog').getByText('What happened').waitFor();
    expect(seen.messages).toEqual([]);
    expect(seen.strangers).toEqual([]);
    await seen.close();
  });
});
