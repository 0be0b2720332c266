// What a reader's address or file may hold that nobody meant: it is said in words, and the page goes on.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller } from './stage/work.ts';

describeInBrowser('what nobody meant', () => {
  const stage = openStage({ config: { mcpServers: {} } });
  let seen: SeenPage;

  beforeEach(async () => {
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  afterEach(() => seen.close());

  const errors = (): readonly string[] => seen.messages.filter((message) => !message.startsWith('error: Failed'));

  test.each(['?panel=calls&since=yesterday', '?until=%00', '?panel=traces&since=9e99', '?panel=events&until=x'])(
    'a time that is none, as in %s, leaves a page with words',
    async (search) => {
      await seen.go(search);
      await seen.page.locator('header select').first().waitFor();
      expect(errors()).toEqual([]);
    },
  );

  test('a filter of 6,000 characters stays within the page', async () => {
    await seen.go(`?panel=calls&q=${'x'.repeat(6_000)}`);
    await seen.page.getByRole('alert').first().waitFor();
    const over = await seen.page.evaluate(() => {
      const main = document.querySelector('main')!;
      return [document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth];
    });
    expect(over).toEqual([0, 0]);
  });

  test('an answer that is no JSON is said, and the list goes on by itself', async () => {
    await new Caller(stage.studio.url).post('/v1/call', { tool_slug: 'houdini.00000000.gone' });
    const { page } = seen;
    const calls = /\/api\/calls\?.*limit=500/;
    const body = '<!doctype html><title>Sign in</title>';
    await page.route(calls, (route) => route.fulfill({ contentType: 'text/html', body }));
    await seen.go('?panel=calls&range=all');
    await page.getByText('no answer of the gateway').waitFor();
    await page.unroute(calls);
    await seen.rows.first().waitFor();
    await page.getByText('no answer of the gateway').waitFor({ state: 'detached' });
    expect(errors()).toEqual([]);
  });

  test('a stream that is refused is said, and the list is read anew until it is followed', async () => {
    const caller = new Caller(stage.studio.url);
    const { page } = seen;
    const stream = '**/api/stream*';
    const message = 'No more than 64 streams at once';
    await page.route(stream, (route) => route.fulfill({ status: 503, json: { error: { kind: 'busy', message } } }));
    await seen.go('?panel=calls&range=all');
    await page.getByText(message).waitFor();
    const before = await seen.rows.count();
    await caller.post('/v1/call', { tool_slug: 'houdini.00000000.gone' });
    await seen.rows.nth(before).waitFor();
    await page.unroute(stream);
    await page.getByText(message).waitFor({ state: 'detached' });
    expect(errors()).toEqual([]);
  });

  test('a character that is not seen stands as its number, in a list as beside it', async () => {
    const query = 'make a \u202Esphere\u202C now\u200B';
    await new Caller(stage.studio.url).post('/v1/search', { query });
    await seen.go('?panel=search&range=all');
    const link = seen.rows.getByRole('link').first();
    await link.waitFor();
    const written = 'make a ‹U+202E›sphere‹U+202C› now‹U+200B›';
    expect(await link.textContent()).toBe(written);
    await link.click();
    await seen.page.locator('aside h2').waitFor();
    expect(await seen.page.locator('aside h2').textContent()).toBe(written);
  });

  test('what is refused beside a list is said, and does not load for ever', async () => {
    const message = 'No history is kept';
    const refused = { status: 503, json: { error: { kind: 'not-ready', message } } };
    await seen.page.route(/\/api\/search-telemetry\?.*row_id/, (route) => route.fulfill(refused));
    await seen.go('?panel=search&row=gone');
    await seen.page.locator('aside').getByText(message).waitFor();
    expect(errors()).toEqual([]);
  });

  test('why a call failed is not passed over in silence when it is refused', async () => {
    const caller = new Caller(stage.studio.url);
    await caller.post('/v1/call', { tool_slug: 'houdini.00000000.gone' });
    const { calls } = (await caller.get('/v1/debug/calls?limit=1')) as { calls: readonly { row_id: string }[] };
    const message = 'No bundle can be made';
    const refused = { status: 503, json: { error: { kind: 'not-ready', message } } };
    await seen.page.route(/\/debug\/bundles\//, (route) => route.fulfill(refused));
    await seen.go(`?panel=calls&range=all&row=${calls[0]!.row_id}`);
    await seen.page.locator('aside').getByText(message).waitFor();
    await seen.page.unroute(/\/debug\/bundles\//);
    expect(errors()).toEqual([]);
  });

  test('a credential that expires while the page is open is asked for, and the page goes on where it was', async () => {
    const { page } = seen;
    await new Caller(stage.studio.url).post('/v1/call', { tool_slug: 'houdini.00000000.gone' });
    await seen.go('?panel=calls&range=all');
    await seen.rows.first().waitFor();
    await page.keyboard.press('j');
    await page.locator('aside h2').waitFor();
    const before = page.url();
    const refused = { status: 401, json: { error: { kind: 'unauthorized', message: 'The token has expired' } } };
    await page.route('**/admin/api/**', (route) => route.fulfill(refused));
    await page.locator('main input[type=password]').waitFor();
    await page.unroute('**/admin/api/**');
    await page.locator('main input[type=password]').fill('another');
    await page.keyboard.press('Enter');
    await page.locator('aside h2').waitFor();
    expect([page.url(), errors()]).toEqual([before, []]);
  });

  test('a part whose code is no longer there is said, and the page can be loaded again', async () => {
    const caller = new Caller(stage.studio.url);
    await caller.post('/v1/call', { tool_slug: 'houdini.00000000.gone' });
    const { traces } = (await caller.get('/v1/debug/traces?limit=1')) as { traces: readonly { row_id: string }[] };
    await seen.page.route('**/assets/trace-body*', (route) => route.fulfill({ status: 404 }));
    await seen.page.goto(`${stage.studio.url}/admin/?panel=traces&trace=${traces[0]!.row_id}`);
    await seen.page.getByText('could not be loaded').waitFor();
    const other = await SeenPage.open(stage.browser, stage.studio.url);
    await other.page.route('**/assets/uPlot*', (route) => route.fulfill({ status: 404 }));
    await other.go('?panel=overview&range=24h');
    await other.page.getByText('could not be loaded').waitFor();
    await other.close();
    expect(errors()).toEqual([]);
  });

  test('a HAR in place of a bundle is called one, and what a bundle is stands beside', async () => {
    const response = await fetch(`${stage.studio.url}/v1/debug/export?format=har`);
    const buffer = Buffer.from(await response.arrayBuffer());
    await seen.go('?panel=bundle');
    const input = seen.page.locator('input[type=file]');
    await input.setInputFiles({ name: 'calls.har.json', mimeType: 'application/json', buffer });
    expect(await seen.page.getByRole('alert').textContent()).toContain('calls.har.json is no bundle: it is a HAR');
    await seen.page.getByText('npx dcc-mcp-gateway bundle ID').waitFor();
    expect(errors()).toEqual([]);
  });

  test('a file that holds what no bundle holds is refused by its panel, and the rest of the page goes on', async () => {
    await seen.go('?panel=bundle&tab=calls');
    const lists = { traces: [], searches: [], events: [], hints: [], omitted: [] };
    const bundle = {
      schema: 'dcc-mcp.debug-bundle.v1',
      calls: [null],
      previous_failures: [],
      previous_calls: [],
      ...lists,
    };
    const file = { name: 'odd.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(bundle)) };
    await seen.page.locator('input[type=file]').setInputFiles(file);
    await seen.page.getByText('cannot be shown').waitFor();
    await seen.page.keyboard.press('g');
    await seen.page.keyboard.press('c');
    await seen.page.locator('main section').first().waitFor();
    expect(errors()).toEqual([]);
  });
});
