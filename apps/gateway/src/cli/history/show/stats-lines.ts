import type { Stats, TopError, TopRow } from '@dcc-mcp/call-store/analytics';
import { type Line, plain } from './print-lines.ts';
import { type Table, tableLines } from './table-lines.ts';
import { countOf, durationOf, percentOf, timeOf, toneOf } from './values.ts';

/** Of what most of stands below in any case. */
const FEW = 5;

/** The numbers of some time: how well, how fast, and what most of it was. */
export function statsLines(stats: Stats, width: number | undefined): readonly Line[] {
  const tops = [
    ['failing tools', stats.failing_tools.slice(0, FEW)],
    ['slowest tools', stats.slowest_tools.slice(0, FEW)],
    ['tools', stats.top_tools],
    ['agents', stats.top_agents],
    ['instances', stats.top_instances],
  ] as const;
  const errors = stats.top_errors.slice(0, FEW);
  const tables = [
    ...(errors.length === 0 ? [] : [errorTable(errors)]),
    ...tops.filter(([, rows]) => rows.length > 0).map(([title, rows]) => topTable(title, rows)),
  ];
  return [
    headLine(stats),
    ...reachLines(stats),
    ...outcomeLines(stats),
    ...timeLines(stats),
    ...tokenLines(stats),
    ...tables.flatMap((table) => [plain('')].concat(tableLines(table, width))),
  ];
}

function headLine({ range, total_calls: total, failed_calls: failed, success_rate: rate }: Stats): Line {
  if (rate === undefined) {
    return plain(`last ${range}: no calls`);
  }
  return [
    { text: `last ${range}: ${countOf(total)} ${total === 1 ? 'call' : 'calls'}, ` },
    { text: `${countOf(failed)} failed`, tone: failed === 0 ? 'quiet' : 'bad' },
    { text: `, ${percentOf(rate)} went well` },
  ];
}

/** A number is never shown for more time than it covers. */
function reachLines({ complete, retained_since: since }: Stats): readonly Line[] {
  return complete || since === undefined ? [] : [[{ text: `what is kept begins at ${since}`, tone: 'quiet' }]];
}

function outcomeLines({ by_outcome: counts }: Stats): readonly Line[] {
  const pieces = Object.entries(counts).map(([outcome, count]) => ({
    text: `  ${outcome} ${countOf(count)}`,
    tone: toneOf(outcome),
  }));
  return pieces.length === 0 ? [] : [[{ text: 'outcomes' }, ...pieces]];
}

function timeLines({ latency_ms: latency, phases_ms: phases }: Stats): readonly Line[] {
  if (latency === undefined) {
    return [];
  }
  const shares = (['queue', 'gateway', 'upstream'] as const).flatMap((name) => {
    const spread = phases[name];
    return spread === undefined ? [] : [`${name} ${durationOf(spread.p95)}`];
  });
  const { p50, p95, p99, max } = latency;
  const times = Object.entries({ p50, p95, p99, max }).map(([name, millis]) => `${name} ${durationOf(millis)}`);
  return [
    plain(`duration  ${times.join('  ')}`),
    ...(shares.length === 0 ? [] : [plain(`p95 of    ${shares.join('  ')}`)]),
  ];
}

function tokenLines({ total_calls: calls, tokens }: Stats): readonly Line[] {
  const parts = Object.entries(tokens)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${countOf(count)}`);
  return calls === 0 || parts.length === 0 ? [] : [plain(`tokens    ${parts.join('  ')}`)];
}

function topTable(title: string, rows: readonly TopRow[]): Table {
  return {
    head: [title, 'calls', 'failed', 'rate', 'mean', 'p95'],
    rows: rows.map((row) => [
      row.name,
      countOf(row.count),
      { text: countOf(row.failed), tone: row.failed === 0 ? 'quiet' : 'bad' },
      percentOf(row.failure_rate),
      durationOf(row.mean_ms),
      durationOf(row.p95_ms),
    ]),
  };
}

/** The hash is what `calls --q error.message_hash=…` takes. */
function errorTable(errors: readonly TopError[]): Table {
  return {
    head: ['errors', 'outcome', 'whose', 'hash', 'calls', 'tools', 'last'],
    rows: errors.map(({ message, outcome, who, message_hash: hash, count, tools, last_at: last }) => [
      message,
      outcome,
      who,
      hash,
      { text: countOf(count), tone: 'bad' },
      countOf(tools),
      timeOf(last),
    ]),
  };
}
