/*
 * What the admin page costs its reader, in Debian's Chromium without a graphics card: first paint, scrolling through
 * 10,000 calls, a trace of 1,000 spans, and a tail of 200 calls a second, whose heap and document must not grow.
 *
 *   node --conditions=@dcc-mcp/source bench/page.mjs [--secs 300] [--smoke] [--write]      (after a build)
 *
 * Frames are compared with those of a list of plain rows of the same size in the same browser.
 */
import { openBrowser } from '@dcc-mcp/page/chromium';
import { addLargeTrace, multiplyCalls } from '@dcc-mcp/page/history';
import { SeenPage } from '@dcc-mcp/page/seen-page';
import { openStudio } from '@dcc-mcp/page/studio';
import { Caller, doEverything } from '@dcc-mcp/page/work';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { writeFigures } from './lib/figures.mjs';

const { values } = parseArgs({
  options: { secs: { type: 'string', default: '300' }, smoke: { type: 'boolean' }, write: { type: 'boolean' } },
});
const SECONDS = values.smoke ? 6 : Number(values.secs);
const CALLS = values.smoke ? 2_000 : 10_000;
const FRAMES = values.smoke ? 60 : 600;
const CALLS_PER_SECOND = 200;
const TICK_MILLIS = 100;

const folder = mkdtempSync(join(tmpdir(), 'bench-page-'));
const config = { audit: { dir: folder, maxRows: CALLS }, admin: { calls: CALLS } };
const first = await openStudio({ config });
await doEverything(first.url);
await first.stop();
multiplyCalls(folder, CALLS, 1_000);
const largeTrace = addLargeTrace(folder);

const [studio, browser] = [await openStudio({ config }), await openBrowser()];
try {
  const figures = await measure();
  process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
  writeFigures({ page: figures }, `${CALLS} calls, ${SECONDS} s of ${CALLS_PER_SECOND} calls a second`);
} finally {
  await browser.close();
  await studio.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function measure() {
  const seen = await SeenPage.open(browser, studio.url);
  await seen.go('?panel=calls&range=all');
  await seen.rows.first().waitFor();
  await seen.page.reload();
  await seen.rows.first().waitFor();
  const paintMillis = await seen.page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0].startTime,
  );
  const frames = await scrolled(seen.page);
  const traceMillis = await opened(seen);
  const tail = await followed(seen);
  if (seen.messages.length > 0) {
    throw new Error(`the browser said: ${seen.messages.join(' | ')}`);
  }
  return { calls: CALLS, seconds: SECONDS, paintMillis: Math.round(paintMillis), frames, traceMillis, ...tail };
}

/** Frames while the list is scrolled by a screen each, beside those of plain text rows. */
async function scrolled(page) {
  const times = await page.evaluate(async (count) => {
    // The browser runs this function alone, without what stands around it.
    // oxlint-disable-next-line unicorn/consistent-function-scoping
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const run = async (element) => {
      const millis = [];
      let last = await frame();
      for (let index = 0; index < count; index += 1) {
        element.scrollTop += 100;
        const at = await frame();
        millis.push(at - last);
        last = at;
      }
      return millis.toSorted((one, other) => one - other)[Math.floor(count * 0.95)];
    };
    const plain = document.createElement('div');
    Object.assign(plain.style, { position: 'fixed', inset: '0', overflow: 'auto' });
    for (let index = 0; index < 5_000; index += 1) {
      plain.append(Object.assign(document.createElement('p'), { textContent: `a row of plain text ${index}` }));
    }
    document.body.append(plain);
    const p95Plain = await run(plain);
    plain.remove();
    return { p95Plain, p95: await run(document.querySelector('[role=table] [tabindex="0"]')) };
  }, FRAMES);
  return { p95Millis: round(times.p95), p95PlainMillis: round(times.p95Plain) };
}

/** From the click on a link to the lines of a trace of 1,000 spans. */
async function opened(seen) {
  await seen.page.evaluate((id) => {
    globalThis.clickedAt = performance.now();
    const link = Object.assign(document.createElement('a'), { href: `?panel=traces&trace=${id}` });
    document.body.append(link);
    link.click();
    link.remove();
  }, largeTrace);
  await seen.page.locator('[role=treegrid] [role=row]').nth(5).waitFor();
  return Math.round(await seen.page.evaluate(() => performance.now() - globalThis.clickedAt));
}

/** Heap and nodes after a collection, once the list is full of new rows and at the end. */
async function followed(seen) {
  await seen.go('?panel=calls');
  await seen.rows.first().waitFor();
  const caller = new Caller(studio.url);
  const { hits } = await caller.post('/v1/search', { query: 'get scene info', dcc_type: 'houdini', limit: 1 });
  const cdp = await seen.page.context().newCDPSession(seen.page);
  await cdp.send('Performance.enable');
  const begin = Date.now();
  let early;
  let made = 0;
  while (Date.now() - begin < SECONDS * 1_000) {
    const tick = Date.now();
    const calls = Array.from({ length: (CALLS_PER_SECOND * TICK_MILLIS) / 1_000 }, () =>
      caller.post('/v1/call', { tool_slug: hits[0].tool_slug, arguments: {} }),
    );
    made += (await Promise.all(calls)).length;
    if (early === undefined && Date.now() - begin > (SECONDS * 1_000) / 3) {
      early = await memoryOf(cdp);
    }
    await wait(Math.max(TICK_MILLIS - (Date.now() - tick), 0));
  }
  const late = await memoryOf(cdp);
  return { callsPerSecond: Math.round(made / SECONDS), early, late };
}

async function memoryOf(cdp) {
  await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const valueOf = (name) => metrics.find((metric) => metric.name === name).value;
  return { heapMegabytes: round(valueOf('JSHeapUsedSize') / 1e6), nodes: valueOf('Nodes') };
}

function round(value) {
  return Math.round(value * 10) / 10;
}
