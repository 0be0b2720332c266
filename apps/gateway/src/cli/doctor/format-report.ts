import { formatDoctorExporter } from '@dcc-mcp/telemetry-node';
import { counted } from '../../protocol/printable-text.ts';
import { padToColumns } from '../banner/text-columns.ts';
import { fold } from './fold.ts';
import type { FolderCheck } from './folder-check.ts';
import type { RedisCheck } from './redis-check.ts';
import type { GatewayReport } from './report.ts';
import type { ServerCheck } from './server-check.ts';

/** The report as text of at most 80 columns, as far as its words allow: problems first, each with what to do. */
export function formatReport(report: GatewayReport): string {
  const problems = report.problems.flatMap(({ subject, message, cause, action }) => [
    ...fold(`${subject}: ${message} [${cause}]`, { first: '', rest: '    ' }),
    ...fold(action, { first: '    → ', rest: '      ' }),
  ]);
  return [
    ...section('Problems', problems, 'none'),
    ...section('Servers', serverLines(report.servers), 'none'),
    ...(report.redis === undefined ? [] : section('Redis', folded(redisLine(report.redis)), '')),
    ...(report.folders.length === 0 ? [] : section('Folders', report.folders.map(folderLine).flatMap(folded), '')),
    ...section(
      'Exporters',
      [...report.exporters.map(formatDoctorExporter), ...report.unprobed].flatMap(folded),
      'none: nothing is exported until an endpoint or an exporter is set',
    ),
    ...section('Settings that are not the default', settingLines(report), 'none'),
    ...section(
      'Copies of @opentelemetry/api',
      report.apiCopies.map(({ version, path }) => `${version} ${path}`),
      'none found',
    ),
  ].join('\n');
}

function section(title: string, lines: readonly string[], empty: string): string[] {
  return [`${title}:`, ...(lines.length === 0 ? [empty] : lines).map((line) => `  ${line}`), ''];
}

function redisLine({ outcome, place, version, note, problem }: RedisCheck): string {
  const facts = [...(version === undefined ? [] : [version]), ...(problem === undefined ? [] : [problem.cause]), place];
  return `${outcome}  ${facts.join(', ')}${note === undefined ? '' : `; ${note}`}`;
}

function folderLine({ outcome, setting, path, note, problem }: FolderCheck): string {
  const cause = problem === undefined ? '' : `${problem.cause}, `;
  return `${outcome}  ${setting} ${cause}${path}${note === undefined ? '' : `; ${note}`}`;
}

function folded(text: string): readonly string[] {
  return fold(text, { first: '', rest: '    ' });
}

function serverLines(servers: readonly ServerCheck[]): readonly string[] {
  const columns = Math.max(0, ...servers.map(({ name }) => Math.min(name.length, MAX_NAME)));
  return servers.flatMap((server) => {
    const { outcome, name } = server;
    const head = `${padToColumns(outcome, STATE_COLUMNS)}  ${padToColumns(name, columns)}  `;
    return fold(detailOf(server), { first: head, rest: ' '.repeat(Math.min(head.length, MAX_INDENT)) });
  });
}

const STATE_COLUMNS = 'disabled'.length;
const MAX_NAME = 24;
const MAX_VALUE = 60;
const MAX_INDENT = 40;

function detailOf({
  outcome,
  tools = 0,
  era,
  protocolVersion,
  server,
  durationMillis = 0,
  note,
  problem,
  ...about
}: ServerCheck): string {
  const { transport, target, isLazy } = about;
  const where = `${transport} ${target}`;
  if (outcome !== 'ok') {
    return problem === undefined ? where : `${problem.cause}, ${where}`;
  }
  const facts = [
    counted(tools, 'tool'),
    `MCP ${protocolVersion ?? '?'} (${era ?? '?'})`,
    `${(durationMillis / 1000).toFixed(1)} s`,
    ...(server === undefined ? [] : [server]),
    where,
    ...(isLazy ? ['lazy: starts at its first use'] : []),
  ];
  return facts.join(', ') + (note === undefined ? '' : `; ${note}`);
}

function settingLines({ settings }: GatewayReport): readonly string[] {
  return settings
    .filter(({ origin }) => origin !== 'default')
    .flatMap(({ setting, value, origin, variable }) => {
      const from = variable === undefined || variable === setting ? origin : `${origin} ${variable}`;
      // A long list is folded between its items.
      const shown = value.length > MAX_VALUE ? value.replaceAll(',', ', ') : value;
      return folded(`${setting} = ${shown} (${from})`);
    });
}
