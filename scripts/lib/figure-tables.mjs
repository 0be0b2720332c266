// The tables of docs/benchmarks.md, from the rows that the benchmarks write. Budgets stand beside what they bound.
import { batch } from './batch-table.mjs';
import { figureAt, figureText } from './figures.mjs';
import { table } from './pages.mjs';
import { peers } from './peers-table.mjs';
import { budgetOfLeg } from './ratios.mjs';

const ERAS = { legacy: '2025-11-25', modern: '2026-07-28' };
const LEGS = {
  'bare forwarder': 'bare forwarder',
  'gateway, telemetry off': '`tools/call echo` (`--expose all`), telemetry off',
  'gateway, telemetry sampled': '… one call in ten traced, metrics on',
  'gateway, telemetry on, no history': '… every call traced to a live OTLP receiver, metrics on',
  'gateway, telemetry on': '… and kept in the history',
  'gateway call, telemetry off': "the gateway's `call` (`--expose search`), telemetry off",
  'gateway call, telemetry on, no history': '… every call traced to a live OTLP receiver, metrics on',
  'gateway call, telemetry on': '… and kept in the history',
  'bare forwarder, 1 MiB results': 'bare forwarder, 1 MiB results',
  'gateway, 1 MiB results, telemetry off': '`tools/call` with 1 MiB results, telemetry off',
  'gateway, 1 MiB results, telemetry on, no history': '… every call traced to a live OTLP receiver, metrics on',
};

function gateway({ gateway: { rows }, budgets }) {
  const budgetOf = (leg) => {
    const budget = budgetOfLeg(budgets, leg);
    return budget === undefined ? '' : `≤ ${figureText(budget, '×')}`;
  };
  return table(
    ['client', 'leg', 'CPU µs per call', 'times bare', 'budget', 'p50 ms', 'p99 ms', 'MiB after'],
    rows.map(({ era, leg, cpuMicrosPerCall, timesBare, p50Millis, p99Millis, residentMebibytes }) => [
      ERAS[era],
      LEGS[leg],
      ...[cpuMicrosPerCall, timesBare].map((value) => figureText(value)),
      budgetOf(leg),
      ...[p50Millis, p99Millis, residentMebibytes].map((value) => figureText(value)),
    ]),
  );
}

const STATES = {
  off: 'off',
  'on, no history': 'every call traced to a live OTLP receiver, metrics on',
  on: '… and kept in the history',
};

function callBesideAll({ gateway: { callBesideAll: measured }, budgets }) {
  const timesOf = (era, state) => measured.find((each) => each.era === era && each.state === state).timesAll;
  return table(
    ['telemetry', ...Object.values(ERAS), 'budget'],
    Object.entries(STATES).map(([state, label]) => {
      const times = Object.keys(ERAS).map((era) => figureText(timesOf(era, state), '×'));
      return [[label], times, `≤ ${figureText(budgets.gateway.callOfAll, '×')}`].flat();
    }),
  );
}

function spans({ spans: { rows } }) {
  return table(
    ['message', 'spans', 'attributes', 'context and spans', 'bare spans', 'ours above bare'],
    rows.map((each) => [
      each.message,
      each.spans,
      figureText(each.attributes),
      ...['context + spans µs', 'bare spans µs', 'ours above bare µs'].map((key) => figureText(each[key], 'µs')),
    ]),
  );
}

const CONTENDERS = {
  'prometheus-bridge text': '`prometheus-bridge` text',
  'prometheus-bridge text, gateway': "… the gateway's own histograms",
  'prometheus-bridge OpenMetrics': '… OpenMetrics',
  'prometheus-bridge protobuf': '… protobuf',
  'prometheus-bridge text, gzip': '… text with gzip (thread pool)',
  'prom-client 15': 'prom-client',
  'exporter-prometheus 0.301': 'official exporter',
};
const SIZES = [100, 2_000, 10_000, 20_000];

function scrapeTable(rows, toCell) {
  const measured = (name) => rows.filter((each) => each.name === name);
  return table(
    ['series', ...SIZES.map((size) => figureText(size))],
    Object.entries(CONTENDERS).map(([name, label]) =>
      [label].concat(SIZES.map((size) => toCell(measured(name).find(({ series }) => series === size) ?? {}))),
    ),
  );
}

const cellOf = (value) => (value === undefined ? '' : figureText(value));

function search({ search: measured, budgets }) {
  const at = (path, unit) => figureText(figureAt(measured, path), unit);
  const bound = (key, unit) => `< ${figureText(budgets.search[key], unit)}`;
  return table(
    ['', 'search', 'linear scan', 'budget'],
    [
      ['p50, best of 5', at('search_ms/best_of_5/p50', 'ms'), at('linear_scan_ms/best_of_5/p50', 'ms'), ''],
      [
        'p99, best of 5',
        at('search_ms/best_of_5/p99', 'ms'),
        at('linear_scan_ms/best_of_5/p99', 'ms'),
        bound('p99Millis', 'ms'),
      ],
      ['p99, every run', at('search_ms/each/p99', 'ms'), at('linear_scan_ms/each/p99', 'ms'), ''],
      ['index build', at('build_ms', 'ms'), '–', bound('buildMillis', 'ms')],
      ['memory of index and records', at('memory_mib', 'MiB'), '–', bound('memoryMebibytes', 'MiB')],
      ['the same list of 500 tools again', at('unchanged_refresh_ms', 'ms'), '–', ''],
    ],
  );
}

function record({ record: { rows }, budgets }) {
  return table(
    ['', 'ns per call', 'against bare SDK', 'budget'],
    rows.map(({ name, nanosPerCall, ratio }, index) => [
      name,
      figureText(nanosPerCall),
      figureText(ratio, '×'),
      index === 0 ? '' : `≤ ${figureText(budgets.record.ratio, '×')}`,
    ]),
  );
}

function spanPipeline({ 'span-pipeline': { results }, budgets }) {
  const bounds = budgets['span-pipeline'];
  return table(
    ['', 'per call', 'of the official', 'budget'],
    results.map((each) => [
      each.what,
      figureText(each['µs per call'], 'µs'),
      figureText(each.ratio, '×'),
      bounds[each.what] === undefined ? '' : `≤ ${figureText(bounds[each.what], 'µs')}`,
    ]),
  );
}

function exporterFaults({ 'exporter-faults': { results } }) {
  const [healthy] = results;
  return table(
    ['collector', 'p50', 'p99 (of healthy)', 'resident', 'spans: exported / dropped / waiting', 'state'],
    results.map((each) => [
      each.collector,
      figureText(each.p50Millis, 'ms'),
      each === healthy
        ? figureText(each.p99Millis, 'ms')
        : `${figureText(each.p99Millis, 'ms')} (${figureText(each.p99Millis / healthy.p99Millis, '×')})`,
      figureText(each.rssMebibytes, 'MiB'),
      [each.exported, each.dropped, each.unaccounted].map((value) => figureText(value)).join(' / '),
      each.state,
    ]),
  );
}

function accountOf({ exported, dropped = {}, waiting }) {
  return exported === undefined
    ? '–'
    : [exported, ...['queue_full', 'export_failed', 'rejected'].map((cause) => dropped[cause] ?? 0), waiting]
        .map((value) => figureText(value))
        .join(' / ');
}

function gatewayFaults({ 'gateway-faults': { rows } }) {
  const head = [
    'collector',
    'p50 ms (of healthy)',
    'p99 ms (of healthy)',
    'MiB first → last round',
    'spans exported / queue full / export failed / rejected / waiting',
    'last state on stderr',
  ];
  return table(
    head,
    rows.map((each) => [
      each.collector,
      `${figureText(each.p50Millis)} (${figureText(each.p50OfHealthy, '×')})`,
      `${figureText(each.p99Millis)} (${figureText(each.p99OfHealthy, '×')})`,
      `${each.residentFirstMebibytes} → ${each.residentLastMebibytes}`,
      accountOf(each),
      each.lastState ?? 'nothing',
    ]),
  );
}

function starts({ footprint: { millis }, budgets }) {
  return table(
    ['', 'CPU', 'wall', 'budget'],
    Object.entries(millis).map(([what, { cpu, wall }]) => [
      what,
      figureText(cpu, 'ms'),
      figureText(wall, 'ms'),
      what in budgets.footprint.millis ? `≤ ${figureText(budgets.footprint.millis[what], 'ms')}` : '',
    ]),
  );
}

function installLine(name, { disk, held, files }, budget) {
  return [
    name,
    ...[disk, held].map((value) => figureText(value, 'MB')),
    figureText(files),
    budget === undefined ? '' : `≤ ${figureText(budget, 'MB')}`,
  ];
}

function installLines(name, { packages, ...all }, budget) {
  return [installLine(name, all, budget), ...packages.map((each) => installLine(`\`${each.name}\``, each))];
}

function installs({ footprint: { gateway: ours, libraries }, budgets: { footprint } }) {
  return table(
    ['', 'on disk', 'in files', 'files', 'budget'],
    [
      ...installLines('**the gateway**', ours, footprint.gatewayMegabytes),
      ...installLines('**the five libraries**', libraries, footprint.librariesMegabytes),
    ],
  );
}

const MOMENTS = { before: 'before', early: 'first third', late: 'last third', after: 'at rest' };

function soak({ soak: measured }) {
  const line = (label, key, unit) => [
    label,
    ...Object.keys(MOMENTS).map((moment) => figureText(measured[moment][key], unit)),
  ];
  return table(
    ['', ...Object.values(MOMENTS)],
    [
      line('heap after collection', 'heapMebibytes', 'MiB'),
      line('resident', 'residentMebibytes', 'MiB'),
      line('handles', 'handles'),
      line('descriptors', 'descriptors'),
    ],
  );
}

function fleet({ fleet: { fleet: rows } }) {
  return table(
    [
      'gateways',
      'instances',
      'commands a second',
      'KiB/s in',
      'KiB/s out',
      'CPU of Redis',
      'CPU of each gateway',
      'MiB in Redis',
    ],
    rows.map((each) => [
      ...[each.gateways, each.instances, each.commandsPerSecond, each.kibInPerSecond, each.kibOutPerSecond].map(
        (value) => figureText(value),
      ),
      ...[each.redisCpuPercent, each.gatewayCpuPercent].map((value) => figureText(value, '%')),
      figureText(each.redisMebibytes),
    ]),
  );
}

function fleetCalls({ fleet: { calls } }) {
  return table(
    ['client', 'commands', 'bytes to Redis', 'CPU of Redis'],
    calls.map(({ era, commandsPerCall, bytesPerCall, redisMicrosPerCall }) => [
      ERAS[era],
      ...[commandsPerCall, bytesPerCall].map((value) => figureText(value)),
      figureText(redisMicrosPerCall, 'µs'),
    ]),
  );
}

/** By the name in `<!-- table:NAME -->`. */
export const TABLES = {
  gateway,
  'call-beside-all': callBesideAll,
  batch,
  peers,
  spans,
  'scrape-cpu': ({ scrape: { rows } }) => scrapeTable(rows, ({ cpuMillis }) => cellOf(cpuMillis)),
  'scrape-blocks': ({ scrape: { rows } }) =>
    scrapeTable(rows, ({ bestBlockMillis, longestBlockMillis }) =>
      longestBlockMillis === undefined ? '' : `${cellOf(bestBlockMillis)} / ${cellOf(longestBlockMillis)}`,
    ),
  search,
  record,
  'span-pipeline': spanPipeline,
  'exporter-faults': exporterFaults,
  'gateway-faults': gatewayFaults,
  installs,
  starts,
  soak,
  fleet,
  'fleet-calls': fleetCalls,
};
