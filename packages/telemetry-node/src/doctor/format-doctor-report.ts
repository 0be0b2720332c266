import type { DoctorCause, DoctorExporter, DoctorReport } from './doctor-report.ts';

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
      [...report.exporters.map(formatDoctorExporter), ...report.unprobed],
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

/** One exporter in a line: whether what it sends arrives, and where not, whether anybody answered. */
export function formatDoctorExporter({
  signal,
  protocol,
  endpoint,
  reachable,
  durationMillis,
  problem,
}: DoctorExporter): string {
  const result = reachable ? `ok (${durationMillis} ms)` : failed(problem);
  return `${signal} over ${protocol}${endpoint === undefined ? '' : ` to ${endpoint}`}: ${result}`;
}

/** Causes that somebody answered with. */
const ANSWERS: ReadonlySet<DoctorCause> = new Set([
  'unauthorized',
  'forbidden',
  'wrong_path',
  'signal_unsupported',
  'redirect',
  'unsupported_media_type',
  'too_large',
  'bad_request',
  'rate_limited',
  'unavailable',
  'server_error',
  'invalid_response',
  'rejected',
]);

function failed(problem: DoctorExporter['problem']): string {
  const { cause } = problem ?? { cause: 'unknown' as const };
  return cause !== 'unknown' && ANSWERS.has(cause)
    ? `it answers, and takes nothing: ${cause}`
    : `not reachable: ${cause}`;
}
