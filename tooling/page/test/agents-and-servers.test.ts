// What agents did in one go, how well they find tools, what happened to servers and what those wrote.
import { beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller, doEverything } from './stage/work.ts';

describeInBrowser('the panels of agents and servers', () => {
  const stage = openStage({ env: { DCC_MCP_TRAFFIC_CAPTURE: 'metadata' } });
  let seen: SeenPage;
  let caller: Caller;

  beforeAll(async () => {
    await doEverything(stage.studio.url);
    caller = new Caller(stage.studio.url);
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  const rowsAre = (wanted: number): Promise<unknown> =>
    seen.page.waitForFunction(
      (rows) => document.querySelectorAll('main [role=row]').length === (rows === 0 ? 0 : rows + 1),
      wanted,
      { timeout: 5_000 },
    );

  test('each figure of search quality leads to as many searches as it counts', async () => {
    await seen.go('?panel=search');
    const figures = seen.page.locator('main section section a:has(b)');
    await figures.first().waitFor();
    const links = await figures.evaluateAll((all) =>
      all.map((each) => [each.getAttribute('href') ?? '', each.lastElementChild?.textContent ?? ''] as const),
    );
    const counted = links.map(([href, text]) => [href, /(\d+) of \d+$/.exec(text)?.[1]] as const);
    expect(counted.filter(([, count]) => count !== undefined)).toHaveLength(9);
    for (const [href, count] of counted.filter(([, each]) => each !== undefined)) {
      await seen.go(href);
      await rowsAre(Number(count));
    }
  });

  test('a step of a workflow leads to its trace', async () => {
    await seen.go('?panel=workflows');
    await seen.rows.first().waitFor();
    await seen.page.keyboard.press('j');
    const step = seen.page.locator('aside ol a[href*="trace="]').first();
    await step.waitFor();
    expect(await seen.findings()).toEqual([]);
    await step.click();
    await seen.page.waitForURL(/panel=traces&trace=/);
    const id = new URL(seen.page.url()).searchParams.get('trace');
    const { operation } = await caller.get(`/v1/debug/traces/${id}`);
    expect(operation).toEqual(expect.any(String));
    await seen.page
      .locator('main')
      .getByText(`gateway.${String(operation)}`)
      .first()
      .waitFor();
  });

  test('of a workflow the steps that failed are as many as are said', async () => {
    await seen.go('?panel=workflows&q=failed_steps%3E0');
    const failed = seen.page.locator('main [role=row] a[href*="find=failed"]').first();
    const count = Number(await failed.textContent());
    await failed.click();
    await seen.page.locator('aside ol > li').first().waitFor();
    expect(await seen.page.locator('aside ol > li').count()).toBe(count);
  });

  test.each(['hits', 'followups', 'chain', 'details'])('a search is seen with its %s', async (tab) => {
    await seen.go('?panel=search');
    await seen.rows.first().waitFor();
    await seen.page.keyboard.press('j');
    await seen.page.locator(`aside nav a`).first().waitFor();
    await seen.page.goto(`${seen.page.url()}&tab=${tab}`);
    await seen.page.locator('aside [role=region]').waitFor();
    expect(await seen.findings()).toEqual([]);
  });

  test('a server that died is an event that says what it means, and an entry of the feed', async () => {
    await seen.go('?panel=events&q=severity!%3Dinfo');
    await seen.rows.first().waitFor();
    await seen.page.keyboard.press('j');
    await seen.page.locator('aside p').first().waitFor();
    expect(await seen.page.locator('aside').textContent()).toContain('nuke');
    expect(await seen.findings()).toEqual([]);
    await seen.go('?panel=events&view=activity&q=kind%3Dcontention');
    await seen.rows.first().waitFor();
    const { total } = await caller.get('/v1/debug/activity?limit=1&q=kind%3Dcontention');
    expect(await seen.rows.count()).toBe(Number(total));
  });

  test('closing an entry of the feed leaves the feed', async () => {
    await seen.go('?panel=events&view=activity');
    await seen.rows.first().waitFor();
    await seen.page.keyboard.press('j');
    await seen.page.locator('aside header button').click();
    await seen.page.locator('aside').waitFor({ state: 'detached' });
    expect(new URL(seen.page.url()).searchParams.get('view')).toBe('activity');
  });

  test('what a server writes is read as it writes it, with the call that it wrote it in', async () => {
    const slug = await caller.slug('houdini', 'x');
    const { instances } = (await caller.get('/v1/instances')) as {
      instances: readonly { name: string; instance_id: string }[];
    };
    const { instance_id: id } = instances.find(({ name }) => name === 'houdini')!;
    expect(slug).toContain('houdini');
    await seen.go(`?panel=output&instance=${id}`);
    const lines = seen.page.locator('[role=log] > div');
    await lines.first().waitFor();
    const before = await lines.count();
    await caller.call('houdini', 'run_script', { code: 'print("as it comes")' });
    await seen.page.locator('[role=log]').getByText('as it comes').waitFor();
    expect(await lines.count()).toBe(before + 1);
    await lines.last().locator('a').first().click();
    await seen.page.locator('aside').getByText('run_script').waitFor();
    expect(await seen.findings()).toEqual([]);
  });

  test('a message on the wire is seen with its headers, and leads to its trace', async () => {
    await seen.go('?panel=traffic&q=http.status%3E%3D400');
    const { total } = await caller.get('/v1/debug/traffic?limit=1&q=http.status%3E%3D400');
    expect(total).toBeGreaterThan(0);
    await rowsAre(Number(total));
    await seen.page.keyboard.press('j');
    const link = seen.page.locator('aside a[href*="panel=traces"]').first();
    await link.waitFor();
    expect(await seen.page.locator('aside').textContent()).toContain('content-type');
    expect(await seen.findings()).toEqual([]);
    await link.click();
    await seen.page.waitForURL(/panel=traces&trace=/);
  });

  test.each([
    ['?panel=search&q=zero_results%3Dtrue', 'dcc-mcp-searches.csv', 'brew a pot of coffee'],
    ['?panel=workflows&q=status%3Dfailed', 'dcc-mcp-workflows.csv', 'failed'],
    ['?panel=traffic&q=http.status%3E%3D400', 'dcc-mcp-traffic.jsonl', '"status":4'],
  ])('%s is saved as it is filtered: %s', async (search, name, text) => {
    await seen.go(search);
    await seen.rows.first().waitFor();
    const [download] = await Promise.all([
      seen.page.waitForEvent('download'),
      seen.page.locator('footer button.quiet').click(),
    ]);
    expect(download.suggestedFilename()).toBe(name);
    const rows = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\n');
    const listed = await seen.rows.count();
    expect(rows.length).toBe(name.endsWith('.csv') ? listed + 1 : listed);
    expect(rows.at(-1)).toContain(text);
  });

  test('nothing of it is told to the console', () => {
    expect([seen.messages, seen.strangers]).toEqual([[], []]);
  });
});
