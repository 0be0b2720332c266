import type { DiagLevel } from '@dcc-mcp/telemetry-config';

/** From the quietest on. */
const LEVELS: readonly DiagLevel[] = ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'];

/** Whether a line of this weight is said where `OTEL_LOG_LEVEL` is `level`. */
export function isLogged(level: DiagLevel, weight: 'error' | 'warn' | 'info'): boolean {
  return LEVELS.indexOf(weight) <= LEVELS.indexOf(level);
}
