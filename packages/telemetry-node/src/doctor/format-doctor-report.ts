import type { DoctorExporter, DoctorReport } from './doctor-report.ts';

/** The report as text for a terminal: problems first, then exporters, settings and API copies. */
export function formatDoctorReport(report: DoctorReport): string {
  return [
    ...section(
      'Problems',
      report.problems.map(
        ({ subject, message, cause, action }) => `${subject}: ${message} [${cause}]\n    → ${action}`,
      ),
      'none',
    ),
    ...section(
      'Exporters',
      [...report.exporters.map(formatExporter), ...report.unprobed],
      'none: nothing is exported until an endpoint or an exporter is set',
    ),
    ...section(
      'Settings that are not the default',
      report.settings
        .filter(({ origin }) => origin !== 'default')
        .map(({ setting, value, origin, variable }) => {
          const from = variable === undefined || variable === setting ? origin : `${origin} ${variable}`;
          return `${setting} = ${value} (${from})`;
        }),
      'none',
    ),
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

function formatExporter({ signal, protocol, endpoint, reachable, durationMillis, problem }: DoctorExporter): string {
  const result = reachable ? `ok (${durationMillis} ms)` : `not reachable: ${problem?.cause ?? 'unknown'}`;
  return `${signal} over ${protocol}${endpoint === undefined ? '' : ` to ${endpoint}`}: ${result}`;
}
