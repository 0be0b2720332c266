import type { TraceDetail, TraceSpan } from '@dcc-mcp/call-store';
// Traces of any shape, as a server or a saved file may have them: the waterfall shows them whole, and opens what is meant.
import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { describeInBrowser } from './stage/browser.ts';
import { SeenPage } from './stage/seen-page.ts';
import { openStage } from './stage/stage.ts';
import { Caller } from './stage/work.ts';

describeInBrowser('a trace of any shape', () => {
  const stage = openStage();
  let seen: SeenPage;
  let real: TraceDetail;
  let other: string;
  let shown: TraceDetail;

  beforeAll(async () => {
    const caller = new Caller(stage.studio.url);
    await caller.call('houdini', 'create_sphere', { radius: 1 });
    await caller.call('houdini', 'create_sphere', { radius: 2 });
    const { traces } = (await caller.get('/v1/debug/traces?limit=2')) as { readonly traces: readonly TraceDetail[] };
    const [{ row_id: id }, { row_id: otherId }] = traces as readonly [TraceDetail, TraceDetail];
    real = (await caller.get(`/v1/debug/traces/${id}`)) as unknown as TraceDetail;
    other = otherId;
    seen = await SeenPage.open(stage.browser, stage.studio.url);
    await seen.page.route(`**/api/traces/${id}`, (route) => route.fulfill({ json: shown }));
  });

  beforeEach(() => {
    seen.messages.length = 0;
  });

  const lines = (): Locator => seen.page.locator('[role=treegrid] [role=rowgroup] [role=row]');
  const ruler = (): Locator => seen.page.getByRole('columnheader', { name: 'Time' });
  const strip = (): Locator => seen.page.getByRole('slider');
  const viewed = (): string => new URL(seen.page.url()).searchParams.get('view') ?? '';
  const open = async (spans: readonly TraceSpan[], search = ''): Promise<void> => {
    shown = { ...real, spans, total_ms: spans[0]!.duration_ms };
    await seen.go(`?panel=traces&trace=${real.row_id}${search}`);
    await lines().first().waitFor();
  };

  test('is dragged by the first button only, and no longer than the browser lets it', async () => {
    const { page } = seen;
    await open([span('root', 0, 100)], '&view=20-40');
    const { x, y, width } = (await strip().boundingBox())!;
    await page.mouse.move(x + width * 0.3, y + 10);
    await page.mouse.down({ button: 'right' });
    await page.mouse.move(x + width * 0.6, y + 10, { steps: 3 });
    await page.mouse.up({ button: 'right' });
    expect(viewed()).toBe('20-40');
    const touch = await page.context().newCDPSession(page);
    const touched = async (type: 'touchStart' | 'touchCancel', at: readonly number[]): Promise<unknown> =>
      touch.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: at.map((share) => ({ x: x + width * share, y: y + 10 })),
      });
    await touched('touchStart', [0.3]);
    await touched('touchCancel', []);
    await page.mouse.move(x + width * 0.6, y + 10, { steps: 3 });
    expect(viewed()).toBe('20-40');
  });

  test('that took no time is drawn where it was', async () => {
    await open([span('root', 0, 0), span('hop', 0, 0)]);
    expect(await lines().nth(1).locator('.drawn').getAttribute('style')).toBe('left: 0%; width: 0%;');
    expect(seen.messages).toEqual([]);
  });

  test('has times that are whole, none over another, at every width', async () => {
    const gaps = [5, 600_000, 1_800_000, 3_599_990].map((at, index) => span(`hop ${index}`, at, 1));
    const traces = [
      [span('root', 0, 100)],
      [span('root', 0, 3_600_000), ...gaps],
      [span('root', 0, 3_000), span('a', 1, 2_999)],
    ];
    for (const width of [400, 1280, 1920]) {
      await seen.page.setViewportSize({ width, height: 800 });
      for (const spans of traces) {
        await open(spans, '&view=compressed');
        expect(await ruler().evaluate(overlaps)).toEqual([]);
      }
    }
    await seen.page.setViewportSize({ width: 1280, height: 800 });
  });

  test('marks the line that stands for the repeated span that is open, and goes on from there', async () => {
    const hops = Array.from({ length: 9 }, (_, index) => span(`hop ${index}`, index * 10, 9, { name: 'hop' }));
    await open([span('root', 0, 100), ...hops, span('last', 95, 5)], '&span=hop+5');
    const current = lines().and(seen.page.locator('[aria-current=true]'));
    expect(await current.textContent()).toMatch(/^▸hop × 9/);
    await seen.page.keyboard.press('j');
    await current.filter({ hasText: 'last' }).waitFor();
  });

  test('shows the plumbing of a folded span by its number at once', async () => {
    await open([span('root', 0, 100), span('hop', 1, 0.1), span('work', 2, 90, { kind: 'internal' })], '&view=logical');
    await lines().first().getByRole('button', { name: 'Fold', exact: true }).click();
    const number = seen.page.getByRole('button', { name: '1 span folded: hop' });
    await number.click();
    await lines().filter({ hasText: 'hop' }).waitFor();
    expect(await number.getAttribute('aria-expanded')).toBe('true');
  });

  test('has hatched gaps only in bars that last through them, as high as they are, and lengths that are not', async () => {
    await open([span('root', 0, 10_000), span('hop', 1, 1), span('late', 9_000, 1)], '&view=compressed');
    const [long, short] = [lines().nth(0), lines().nth(1)].map((line) => line.locator('[role=gridcell]').last());
    const [bar, gap, ...others] = await long!.locator('> span').evaluateAll(backgroundsOf);
    expect(gap).toMatch(/repeating-linear-gradient.*100% 14px/);
    expect(others.at(-1)).toBe(bar);
    expect((await short!.locator('> span').evaluateAll(backgroundsOf)).join()).not.toContain('gradient');
  });

  test('keeps its times to itself: another request is seen whole', async () => {
    const { page } = seen;
    shown = { ...real, requests: [real, { ...real, row_id: other }] };
    await seen.go(`?panel=traces&trace=${real.row_id}&view=logical+0.1-0.2`);
    await page.getByRole('region', { name: 'Requests' }).getByRole('link').nth(1).click();
    await page.waitForURL(new RegExp(`trace=${other}`));
    expect(viewed()).toBe('logical');
    await page.goBack();
    expect(viewed()).toBe('logical 0.1-0.2');
    await seen.go(`?panel=traces&range=all&row=${real.row_id}&view=0.1-0.2`);
    await page.getByRole('link', { name: 'whole', exact: false }).waitFor();
    await page.keyboard.press('j');
    await page.waitForURL(new RegExp(`row=${other}`));
    expect(viewed()).toBe('');
  });

  test('of another saved bundle is seen whole', async () => {
    const { page } = seen;
    const bundle = (await new Caller(stage.studio.url).get(`/v1/debug/bundles/${other}`)) as object;
    const openBundle = async (name: string): Promise<void> => {
      const buffer = Buffer.from(JSON.stringify(bundle));
      await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/json', buffer });
      await page.getByRole('note').filter({ hasText: name }).waitFor();
    };
    await seen.go('?panel=bundle&view=0.1-0.2');
    await openBundle('one.json');
    expect(viewed()).toBe('0.1-0.2');
    await openBundle('other.json');
    expect(viewed()).toBe('');
  });

  test('leads from its comparison to the other one', async () => {
    shown = real;
    await seen.go(`?panel=traces&trace=${real.row_id}&tab=compare&with=${other}`);
    await seen.page.getByRole('table').getByRole('link').click();
    expect(new URL(seen.page.url()).searchParams.get('trace')).toBe(other);
  });
});

function span(id: string, from: number, millis: number, more: Partial<TraceSpan> = {}): TraceSpan {
  const times = { started_ms: from, duration_ms: millis };
  return { span_id: id, parent_span_id: 'root', name: id, kind: 'client', ok: true, attributes: {}, ...times, ...more };
}

/** Once the ruler knows its width, which takes a frame. */
async function overlaps(ruler: Element): Promise<readonly string[]> {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const places = [...ruler.querySelectorAll('span')].map((mark) => ({
    text: mark.textContent,
    box: mark.getBoundingClientRect(),
  }));
  const { left, right } = ruler.getBoundingClientRect();
  return places
    .filter(({ box }, index) => {
      const before = places[index - 1]?.box.right ?? left;
      return box.left < before - 1 || box.right > right + 1;
    })
    .map(({ text }) => text);
}

function backgroundsOf(elements: readonly Element[]): readonly string[] {
  return elements.map((each) => getComputedStyle(each).background);
}
