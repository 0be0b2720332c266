import type { DiagLevel } from '@dcc-mcp/telemetry-config';
import { diag, DiagLogLevel, type DiagLogFunction } from '@opentelemetry/api';

const LEVELS: Readonly<Record<DiagLevel, DiagLogLevel>> = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
};

/** One line on standard error; standard output belongs to the application. */
export function printLine(line: string): void {
  process.stderr.write(`${line}\n`);
}

const printDiag: DiagLogFunction = (message, ...rest) => {
  printLine(['opentelemetry:', message, ...rest.map(String)].join(' '));
};

/** Lets the SDK speak on standard error, from `level` on. */
export function setDiagLevel(level: DiagLevel): void {
  const logger = { error: printDiag, warn: printDiag, info: printDiag, debug: printDiag, verbose: printDiag };
  diag.setLogger(logger, { logLevel: LEVELS[level], suppressOverrideMessage: true });
}

/** From the quietest on. */
const WEIGHTS: readonly DiagLevel[] = ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'];

/** Whether a line of this weight is said where `OTEL_LOG_LEVEL` is `level`. */
export function isLogged(level: DiagLevel, weight: 'error' | 'warn' | 'info'): boolean {
  return WEIGHTS.indexOf(weight) <= WEIGHTS.indexOf(level);
}
