// The quick starts: a gateway and its agent with the variables of the document, a decoding collector on the port that
// they name, and the whole traces that must be there afterwards.
import { lastLines } from '../compare/lines.ts';
import { assignmentsOf } from '../decide/commands.ts';
import type { Block } from '../read/blocks.ts';
import { type Collector, collectorPortsIn, countByService, orphansOf, startCollector } from '../run/sinks.ts';
import type { Terminal } from '../run/terminal.ts';
import { BrokenPromise, type Desk } from './desk.ts';

const OPERATIONS_OF_ONE_ROUND = 60;
/** Of which none may be sampled: with a dozen traces, one in ten of them, that is one round in four. */
const MAX_ROUNDS = 5;

type Settings = Readonly<Record<string, string>>;

async function startCollectors(ports: readonly number[]): Promise<readonly Collector[] | number> {
  const collectors: Collector[] = [];
  for (const port of ports) {
    const collector = await startCollector(port);
    if (collector === undefined) {
      await Promise.all(collectors.map((each) => each.close()));
      return port;
    }
    collectors.push(collector);
  }
  return collectors;
}

function hasArrived(collectors: readonly Collector[]): boolean {
  return collectors.some((collector) => collector.spans().length > 0);
}

function isSampled(settings: Settings): boolean {
  return settings['OTEL_TRACES_SAMPLER'] !== undefined;
}

/** What is wrong with the traces that arrived. */
function faultOfTraces(collector: Collector, settings: Settings): string | undefined {
  const spans = collector.spans();
  const counts = countByService(spans);
  if (counts['dcc-mcp-gateway'] === undefined || counts['demo-agent'] === undefined) {
    return `spans of the gateway and of its agent were to arrive; there are ${JSON.stringify(counts)}`;
  }
  const orphans = orphansOf(spans);
  if (orphans.length > 0) {
    return `${orphans.length} of ${spans.length} spans name a parent that nobody sent: ${orphans[0]?.name}`;
  }
  const entries = spans.filter(({ name, kind }) => name.startsWith('gateway.') && kind === 'SERVER').length;
  const isFew = entries < OPERATIONS_OF_ONE_ROUND / 2;
  return isSampled(settings) === isFew
    ? undefined
    : `${entries} of ${OPERATIONS_OF_ONE_ROUND} operations arrived with ${JSON.stringify(settings)}`;
}

function faultOfHeaders(collector: Collector, settings: Settings): string | undefined {
  const headers = (settings['OTEL_EXPORTER_OTLP_HEADERS'] ?? '').split(',').filter((pair) => pair.includes('='));
  const missing = headers
    .map((pair) => pair.split('=')[0]?.toLowerCase() ?? '')
    .find((name) => !collector.headers().every((each) => each[name] !== undefined));
  return missing === undefined ? undefined : `requests came without the header ${missing}`;
}

/** A general endpoint sends every signal that is not turned off. */
function faultOfSignals(collector: Collector, settings: Settings): string | undefined {
  const isGeneral = settings['OTEL_EXPORTER_OTLP_ENDPOINT'] !== undefined;
  const expected = (signal: string): boolean => isGeneral && settings[`OTEL_${signal}_EXPORTER`] !== 'none';
  const wrong = (['METRICS', 'LOGS'] as const).find((signal) => {
    const items = signal === 'METRICS' ? collector.metrics() : collector.logs();
    return items.length > 0 !== expected(signal);
  });
  return wrong === undefined ? undefined : `${wrong.toLowerCase()} arrived: ${!expected(wrong)}`;
}

function checkCollector(gateway: Terminal, collector: Collector, settings: Settings): void {
  const fault = [faultOfTraces, faultOfHeaders, faultOfSignals]
    .map((check) => check(collector, settings))
    .find((each) => each !== undefined);
  if (fault !== undefined) {
    throw new BrokenPromise(`${gateway.command}: ${fault}\n${lastLines(gateway.output(), 10)}`);
  }
}

/** Does `work` while there are collectors on the ports that `text`, or what was exported before, names. */
export async function withCollectors<Result>(desk: Desk, text: string, work: () => Promise<Result>): Promise<Result> {
  const collectors = await startCollectors(collectorPortsIn(`${desk.exported}\n${text}`));
  if (typeof collectors === 'number') {
    throw new BrokenPromise(`${text}: port ${collectors} is taken on this machine`);
  }
  try {
    return await work();
  } finally {
    await Promise.all(collectors.map((each) => each.close()));
  }
}

/** What was exported before, as it would stand in front of a command. */
function exportsOf({ exported }: Desk): string {
  return exported.replaceAll(/^export /gm, '').replaceAll('\n', ' ');
}

/** Starts `command` and the demo agent with the same variables, ends both, and looks at what arrived on `ports`. */
export async function sendToCollectors(
  desk: Desk,
  block: Block,
  { command, ports }: { readonly command: string; readonly ports: readonly number[] },
): Promise<void> {
  const same = `collectors get ${JSON.stringify(assignmentsOf(`${exportsOf(desk)} ${command}`))}`;
  if (desk.wasTyped(same)) {
    desk.report.add(block, 'stand-in', `${command}, with these variables as above`);
    return;
  }
  await desk.endGateway();
  const collectors = await startCollectors(ports);
  if (typeof collectors === 'number') {
    desk.report.add(block, 'skipped', `${command}: port ${collectors} is taken on this machine`);
    return;
  }
  try {
    const gateway = await desk.open(block, command);
    const settings = assignmentsOf(command);
    const before = Object.entries(settings).map(([name, value]) => `${name}=${value} `);
    // Of a few traces, one in ten may be none.
    for (let round = 0; round < (isSampled(settings) ? MAX_ROUNDS : 1) && !hasArrived(collectors); round += 1) {
      await desk.runAgent(before.join(''));
    }
    await desk.endGateway();
    desk.remember(same);
    for (const collector of collectors) {
      checkCollector(gateway, collector, { ...assignmentsOf(exportsOf(desk)), ...settings });
      const counts = JSON.stringify(countByService(collector.spans()));
      desk.report.add(block, 'stand-in', `${command}: whole traces on port ${collector.port}, spans ${counts}`);
    }
  } finally {
    await Promise.all(collectors.map((each) => each.close()));
  }
}
