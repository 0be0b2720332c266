// Links to traces outlive the traces: an exemplar of Prometheus leads to one that was let go.
import { beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller, doEverything } from './stage/work.ts';

describeInBrowser('a link to a trace', () => {
  const stage = openStage({ config: { admin: { traces: 2 } } });
  let seen: SeenPage;
  let oldest: { readonly row_id: string; readonly trace_id: string };

  beforeAll(async () => {
    await doEverything(stage.studio.url);
    const { calls } = (await new Caller(stage.studio.url).get('/v1/debug/calls?q=outcome%3Dok')) as {
      readonly calls: readonly (typeof oldest)[];
    };
    oldest = calls.at(-1)!;
    seen = await SeenPage.open(stage.browser, stage.studio.url);
  });

  test('that was let go says so, since when all are there, and what keeps more', async () => {
    await seen.go(`?panel=traces&trace=${oldest.trace_id}`);
    const said = seen.page.getByRole('article').getByRole('status').filter({ hasText: 'DCC_MCP_' });
    expect(await said.textContent()).toMatch(
      /^This trace was let go.*All since (?:[\d/]+, )?\d\d:\d\d:\d\d\.\d{3} are kept.*DCC_MCP_ADMIN_TRACES.*DCC_MCP_GATEWAY_AUDIT_DIR/,
    );
    expect(await seen.page.getByText('refused').count()).toBe(0);
    expect(await seen.findings()).toEqual([]);
  });

  test('that nothing is known of may have been let go', async () => {
    await seen.go('?panel=traces&trace=4bf92f3577b34da6a3ce929d0e0e4736');
    const said = seen.page.getByRole('article').getByRole('status').filter({ hasText: 'DCC_MCP_' });
    expect(await said.textContent()).toMatch(/it was let go to make room, or never was here.*All since/);
  });

  test('beside its call, and in a comparison, says the same', async () => {
    const { page } = seen;
    await seen.go(`?panel=calls&range=all&row=${oldest.row_id}&tab=trace`);
    await page.locator('aside').getByText('This trace was let go').waitFor();
    const { traces } = (await new Caller(stage.studio.url).get('/v1/debug/traces?limit=1')) as {
      readonly traces: readonly (typeof oldest)[];
    };
    await seen.go(`?panel=traces&range=all&row=${traces[0]!.row_id}&tab=compare&with=${oldest.row_id}`);
    await page.locator('aside').getByText('This trace was let go').waitFor();
    expect(await page.locator('aside [role=region]').textContent()).toContain('DCC_MCP_ADMIN_TRACES');
  });
});
