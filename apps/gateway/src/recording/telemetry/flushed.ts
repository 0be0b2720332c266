import type { DropReason, ExporterHealth, TelemetrySignal } from '@dcc-mcp/telemetry-node';
import type { LogSeverity } from '../../protocol/log.ts';

/** What is told of the exporters when the gateway has ended. */
export interface FlushedLine {
  readonly line: string;
  readonly severity: LogSeverity;
}

const NAMES: Readonly<Record<TelemetrySignal, readonly [one: string, many: string]>> = {
  traces: ['span', 'spans'],
  metrics: ['metric data point', 'metric data points'],
  logs: ['log record', 'log records'],
};

const REASONS: readonly (readonly [reason: DropReason, words: string])[] = [
  ['queue_full', 'the queue was full'],
  ['export_failed', 'the collector did not take them'],
  ['rejected', 'the collector refused them'],
  ['shutdown_timeout', 'the collector did not take them in time'],
  ['invalid', 'no encoding can carry them'],
];

/** So many items of one signal. */
interface Items {
  readonly signal: TelemetrySignal;
  readonly count: number;
}

/**
 * What has left since the start, and what has not and why, as lines for people; one for each place and reason. Nothing
 * where no exporter is set.
 */
export function flushedLines(exporters: readonly ExporterHealth[]): readonly FlushedLine[] {
  const sent = groupItems(exporters, ({ exported }) => [[exported, '']]);
  const lost = groupItems(exporters, lossesOf);
  if (exporters.length > 0 && sent.size + lost.size === 0) {
    return [{ line: 'telemetry: nothing was recorded, so nothing was sent', severity: 'info' }];
  }
  const told = Array.from(sent.values(), ({ place, items }) => `telemetry: sent ${itemsText(items)} to ${place}`);
  const missed = Array.from(
    lost.values(),
    ({ place, items, why }) => `telemetry: ${itemsText(items)} did not reach ${place}: ${why}`,
  );
  return [
    ...told.map((line) => ({ line, severity: 'info' as const })),
    ...missed.map((line) => ({ line, severity: 'warn' as const })),
  ];
}

/** What an exporter lost, by reason; a failure that lasts says more than that it is one. */
function lossesOf({ dropped, state, failure }: ExporterHealth): readonly Loss[] {
  return REASONS.map(([reason, words]) => {
    const isFailure = reason === 'export_failed' || reason === 'shutdown_timeout';
    const why = isFailure && state === 'failing' && failure !== undefined ? whyText(failure) : words;
    return [dropped[reason], why];
  });
}

function whyText({ message, cause, action }: NonNullable<ExporterHealth['failure']>): string {
  return `${message} [${cause}]; ${action}`;
}

type Loss = readonly [count: number, why: string];

interface Group {
  readonly place: string;
  readonly why: string;
  readonly items: Items[];
}

function groupItems(
  exporters: readonly ExporterHealth[],
  countsOf: (exporter: ExporterHealth) => readonly Loss[],
): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  for (const exporter of exporters) {
    const place = placeOf(exporter);
    for (const [count, why] of countsOf(exporter).filter(([each]) => each > 0)) {
      const key = JSON.stringify([place, why]);
      const group = groups.get(key) ?? { place, why, items: [] };
      group.items.push({ signal: exporter.signal, count });
      groups.set(key, group);
    }
  }
  return groups;
}

/** Signals of one collector differ in their paths only. */
function placeOf({ endpoint }: ExporterHealth): string {
  if (endpoint === undefined) {
    return 'the console';
  }
  return URL.canParse(endpoint) ? new URL(endpoint).origin : endpoint;
}

function itemsText(items: readonly Items[]): string {
  const texts = items.map(({ signal, count }) => `${count} ${NAMES[signal][count === 1 ? 0 : 1]}`);
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}
