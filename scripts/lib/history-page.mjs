// The page that draws each ratio of the benchmarks over the days on which it was measured, beside its budget. One file,
// nothing loaded, no script; it follows the reader's choice of light or dark.
import { lineChart } from './line-chart.mjs';
import { escapeMarkup } from './markup.mjs';
import { isMoreBetter, isWithinBudget } from './ratios.mjs';

const TITLES = {
  gateway: 'CPU of a call, times the bare forwarder',
  batch: 'CPU of an item of a batch, times a call through the bare forwarder',
  peers: 'CPU of a call beside the peers, times the bare forwarder',
  'telemetry-share': "Telemetry's share of a call",
  memory: 'Resident memory after load, times the bare forwarder',
  workers: 'Two workers, times one',
  spans: 'Request context and spans, times bare spans',
  scrape: 'CPU of a scrape',
  search: 'Search at 10,000 tools',
  record: 'Recording a tool call, times the bare SDK',
  'span-pipeline': 'The span pipeline, times the official one',
  'exporter-faults': 'A collector that misbehaves: p99 of a server, times healthy',
  'gateway-faults': 'A collector that misbehaves: p99 of the gateway, times healthy',
  footprint: 'Start',
  soak: 'Everything at once, for minutes',
};

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --quiet: #5c6670; --rule: #d6dbe0; --line: #0b66c3; --missed: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181c; --ink: #e6e9ec; --quiet: #9aa4ae; --rule: #343b43; --line: #6cb2ff; --missed: #ff8a80; } }
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 74rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; border-top: 1px solid var(--rule); margin-top: 2rem; padding-top: 1rem; }
a { color: var(--line); } p { max-width: 46rem; } .quiet { color: var(--quiet); }
.charts { display: grid; gap: 1rem 1.5rem; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); }
figure { margin: 0; max-width: 22rem; } figcaption { font-size: .85rem; min-height: 2.6em; }
figcaption b { font-variant-numeric: tabular-nums; } .missed b { color: var(--missed); }
svg { display: block; height: auto; width: 100%; } svg text { fill: var(--quiet); font-size: 10px; }
.axis { stroke: var(--rule); } .budget { stroke: var(--quiet); stroke-dasharray: 4 3; }
.line { fill: none; stroke: var(--line); stroke-width: 1.5; } .point { fill: var(--line); } .missed .point:last-of-type { fill: var(--missed); }
`;

const withUnit = (value, unit) => (unit === '%' ? `${value} %` : `${value}${unit}`);

/** The days on which a ratio was measured, oldest first. */
function pointsOf(runs, { benchmark, name, unit }) {
  return [...runs].flatMap(([date, run]) => {
    const value = run[benchmark]?.ratios[name];
    return value === undefined ? [] : [{ date, value, text: withUnit(value, unit) }];
  });
}

function chart(runs, ratio) {
  const { name, value, unit, budget } = ratio;
  const said =
    budget === undefined ? '' : ` <span class="quiet">(budget ${escapeMarkup(withUnit(budget, unit))})</span>`;
  return `<figure${isWithinBudget(ratio) ? '' : ' class="missed"'}>
<figcaption>${escapeMarkup(name)}: <b>${escapeMarkup(withUnit(value, unit))}</b>${said}</figcaption>
${lineChart(pointsOf(runs, ratio), { label: name, budget })}
</figure>`;
}

function section(runs, benchmark, ratios) {
  const [date, run] = [...runs].findLast(([, each]) => each[benchmark] !== undefined);
  const { machine, node, command } = run[benchmark];
  const direction = isMoreBetter({ benchmark }) ? 'More is better. ' : '';
  return `<h2>${escapeMarkup(TITLES[benchmark])}</h2>
<p class="quiet">${direction}Last on ${date} by <code>${escapeMarkup(command)}</code>, ${escapeMarkup(machine)}, Node ${escapeMarkup(node)}.</p>
<div class="charts">
${ratios.map((ratio) => chart(runs, ratio)).join('\n')}
</div>`;
}

/**
 * @param runs By day, oldest first: what `docs/benchmarks/runs` holds.
 * @param ratios Those of today, with their budgets, in the order of the page.
 */
export function historyPage(runs, ratios) {
  const sections = [...Map.groupBy(ratios, ({ benchmark }) => benchmark)].map(([benchmark, own]) =>
    section(runs, benchmark, own),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Benchmarks over time</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Benchmarks over time</h1>
<p>Each ratio on the days on which it was measured; the dashed line is its budget, and what misses it is red. Less is better where nothing else is said. Machines differ, and so does what else they did: <a href="../benchmarks.md">benchmarks.md</a> says how each is measured, <a href="runs">runs</a> holds the numbers. <code>node scripts/docs-history.mjs</code> writes this page.</p>
${sections.join('\n')}
</body>
</html>
`;
}
