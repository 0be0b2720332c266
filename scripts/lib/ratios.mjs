// What of docs/benchmarks/figures.json says the same on every machine: multiples and shares, each beside its budget.

/** A figure, or of a range the end that is worse. */
const worst = (value) => (Array.isArray(value) ? Math.max(...value) : value);

const ERAS = { legacy: 'MCP 2025-11-25', modern: 'MCP 2026-07-28' };

/** What a leg of the gateway may cost, by the end of its name. */
export const budgetOfLeg = (budgets, leg) =>
  leg.includes('MiB results') ? undefined : budgets.gateway[/telemetry (.+)$/.exec(leg)?.[1]];

/** By benchmark: the name of each ratio, its value, its unit, its budget where there is one. Less is better, but for workers. */
const RATIOS = {
  gateway: ({ rows, callBesideAll }, budgets) => [
    ...rows
      .filter(({ leg }) => !leg.startsWith('bare'))
      .map(({ era, leg, timesBare }) => [`${ERAS[era]}, ${leg}`, timesBare, '×', budgetOfLeg(budgets, leg)]),
    ...callBesideAll.map(({ era, state, timesAll }) => [
      `${ERAS[era]}, call beside the tool itself, telemetry ${state}`,
      timesAll,
      '×',
      budgets.gateway.callOfAll,
    ]),
  ],
  batch: ({ rows }, { batch }) =>
    rows
      .filter(({ leg }) => !leg.startsWith('bare'))
      .map(({ leg, timesBare }) => [`item of a ${leg}`, timesBare, '×', batch.itemOfBare]),
  peers: ({ rows, beside }, { peers }) => [
    ...rows.filter(({ leg }) => !leg.startsWith('bare')).map(({ leg, timesBare }) => [leg, timesBare, '×']),
    ...beside.flatMap(({ other, noHistory, history }) => [
      [`ours with telemetry, of ${other}`, noHistory, '×', peers[other]],
      [`ours with telemetry and history, of ${other}`, history, '×', peers[other]],
    ]),
  ],
  'telemetry-share': (share, { gateway }) => [
    ['of the CPU, no history', worst(share.ofCpu), '%', gateway.telemetryOfCpu],
    ['of the CPU, with history', share.withHistoryOfCpu && worst(share.withHistoryOfCpu), '%'],
    ['of the CPU, one call in ten', share.oneInTenOfCpu && worst(share.oneInTenOfCpu), '%', gateway.oneInTenOfCpu],
    ['of the CPU, 1 MiB results', share.largeOfCpu && worst(share.largeOfCpu), '%', gateway.largeOfCpu],
    ['more at p99', worst(share.p99More), '%', gateway.p99More],
  ],
  memory: ({ offOfBare, onOfBare }, { memory }) => [
    ['resident, telemetry off', offOfBare, '×', memory.ofBare],
    ['resident, telemetry on', onOfBare, '×', memory.ofBare],
  ],
  workers: ({ rows }, { workers }) =>
    rows.map(({ era, timesCapacity }) => [`${ERAS[era]}, capacity`, timesCapacity, '×', workers.timesCapacity]),
  spans: ({ rows }) =>
    rows.map((row) => [`${row.message}, ${row.spans}`, row['context + spans µs'] / row['bare spans µs'], '×']),
  scrape: ({ summary }, { scrape }) => [
    ['of prom-client', summary.ratioToPromClient, '×', scrape.ratioToPromClient],
    ["of prom-client, the gateway's own histograms", summary.gatewayRatioToPromClient, '×', scrape.ratioToPromClient],
    ['of the official exporter', summary.ratioToOfficialExporter, '×'],
    ['for ten times the series', summary.growthOfTenfold, '×', scrape.growthOfTenfold],
  ],
  search: (search) => [['p99 of a linear scan', search.p99_ratio, '×']],
  record: ({ rows }, { record }) => rows.slice(1).map(({ name, ratio }) => [name, ratio, '×', record.ratio]),
  'span-pipeline': ({ results }) =>
    results.filter(({ what }) => /ours/.test(what)).map(({ what, ratio }) => [what, worst(ratio), '×']),
  'exporter-faults': ({ results: [healthy, ...others] }) =>
    others.map(({ collector, p99Millis }) => [`p99, ${collector}`, p99Millis / healthy.p99Millis, '×']),
  'gateway-faults': ({ rows }, { faults }) =>
    rows
      .slice(1)
      .map(({ collector, p99OfHealthy }) => [`p99, ${collector}`, p99OfHealthy, '×', 1 + faults.p99More / 100]),
  footprint: ({ millis }) => [
    [
      'import, of the official packages',
      millis['import of the five libraries'].cpu / millis['import of the official packages for the same'].cpu,
      '×',
    ],
  ],
  soak: ({ early, late }, { soak }) => [
    ['heap, last third of the first', late.heapMebibytes / early.heapMebibytes, '×', 1 + soak.heapMore / 100],
  ],
};

/**
 * All ratios of some figures.
 *
 * @param figures As in docs/benchmarks/figures.json; what was not measured has none.
 * @returns `{ benchmark, name, value, unit, budget }`, the value with two digits behind the point.
 */
export function ratiosOf(figures, budgets) {
  const measured = Object.entries(RATIOS).filter(([benchmark]) => figures[benchmark] !== undefined);
  return measured.flatMap(([benchmark, read]) =>
    read(figures[benchmark], budgets)
      .filter(([, value]) => value !== undefined)
      .map(([name, value, unit, budget]) => ({ benchmark, name, value: Number(value.toFixed(2)), unit, budget })),
  );
}

/** Whether more of it is better. */
export const isMoreBetter = ({ benchmark }) => benchmark === 'workers';

/** Whether it keeps to its budget; what has none does. */
export function isWithinBudget(ratio) {
  const { value, budget } = ratio;
  return budget === undefined || (isMoreBetter(ratio) ? value >= budget : value <= budget);
}
