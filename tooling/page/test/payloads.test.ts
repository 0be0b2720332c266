// What went in and came out of a call, as it can be looked at, and what is said where it is not there.
import { beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller, doEverything } from './stage/work.ts';

describeInBrowser('the payload of a call', () => {
  const stage = openStage();
  let seen: SeenPage;

  beforeAll(async () => {
    await doEverything(stage.studio.url);
    seen = await SeenPage.open(stage.browser, stage.studio.url, { theme: 'light' });
  });

  async function open(q: string): Promise<string> {
    const answer = await new Caller(stage.studio.url).get(`/v1/debug/calls?limit=1&q=${encodeURIComponent(q)}`);
    const [{ row_id: id }] = answer['calls'] as [{ row_id: string }];
    await seen.go(`?panel=calls&range=all&row=${id}&tab=payload`);
    await seen.page.locator('aside h3', { hasText: 'What went in' }).waitFor();
    return id;
  }

  test('is JSON that folds, the text in it, or as it is written, as the reader chose last', async () => {
    await open('outcome=tool_error tool~export_fbx');
    const out = seen.page.locator('aside section[aria-label="What came out"]').first();
    await out.getByRole('button', { name: /isError/ }).waitFor();
    expect(await seen.findings()).toEqual([]);
    await out.getByRole('button', { name: 'Text', exact: true }).click();
    expect(await out.locator('pre').textContent()).toMatch(/^RuntimeError: /);
    await out.getByRole('button', { name: 'As written' }).click();
    expect(await out.locator('pre').textContent()).toMatch(/^\{"content":/);
    expect(seen.messages).toEqual([]);
  });

  test('that was let go says so, with the setting that keeps it and who can read it then', async () => {
    await seen.page.route('**/api/traces/*', async (route) => {
      const response = await route.fetch();
      const trace = (await response.json()) as { output: object };
      const output = { ...trace.output, content: '', truncated: true, dropped: true, original_size: 2_048 };
      await route.fulfill({ response, json: { ...trace, output } });
    });
    await open('outcome=tool_error tool~export_fbx');
    const said = seen.page.locator('aside', { hasText: 'made room for newer ones' });
    expect(await said.textContent()).toContain('DCC_MCP_GATEWAY_AUDIT_DIR');
    // The next row of the list is asked for ahead, and may be on its way.
    await seen.page.unrouteAll({ behavior: 'wait' });
  });

  test('of a call that failed before it had a result says that', async () => {
    await open('outcome=unknown_tool');
    await seen.page.locator('aside', { hasText: 'No result came' }).waitFor();
    expect(await seen.page.locator('aside section[aria-label="What came out"]').count()).toBe(0);
  });
});
