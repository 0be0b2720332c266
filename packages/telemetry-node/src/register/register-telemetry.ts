import type { TelemetryConfig } from '@dcc-mcp/telemetry-config';
import { formatIssue } from '@dcc-mcp/telemetry-config/environment';
import { registerProcessMetrics } from '../metrics/process-metrics.ts';
import { registerRuntimeMetrics } from '../metrics/runtime-metrics.ts';
import { startRunning } from '../start/start-telemetry.ts';
import type { Telemetry } from '../start/telemetry.ts';
import { VERSION } from '../start/version.ts';
import { isLogged } from './diagnostics.ts';
import { printLine, setDiagLevel } from './diagnostics.ts';
import { flushAtExit } from './exit-flush.ts';
import { FetchSpans } from './fetch-spans.ts';
import { enableHttpSpans } from './http-spans.ts';
import { correlatePinoLines } from './pino-correlation.ts';
import { flushAtEnd } from './process-end.ts';
import { startPrometheusListener } from './prometheus-listener.ts';
import { readFromProcess } from './read-environment.ts';
import { URL_REDACTION } from './redact-url.ts';

const SCOPE = '@dcc-mcp/telemetry-node/register';
const END_TIMEOUT_MILLIS = 5_000;
/** Here the process cannot do anything else meanwhile. */
const EXIT_TIMEOUT_MILLIS = 1_000;

/** Starts telemetry for the whole process from its environment; all that `--import …/register` does. */
export function registerTelemetry(env: NodeJS.ProcessEnv): Telemetry {
  const { values: config, issues, origins } = readFromProcess(env);
  const say = (weight: 'error' | 'warn' | 'info', line: string): void => {
    if (isLogged(config.logLevel, weight)) {
      printLine(line);
    }
  };
  for (const issue of issues) {
    say(issue.severity === 'fatal' ? 'error' : 'warn', `telemetry: ${formatIssue(issue)}`);
  }
  if (origins['OTEL_LOG_LEVEL']?.source === 'env' || origins['log_level'] !== undefined) {
    setDiagLevel(config.logLevel);
  }
  const telemetry = startRunning(config, {
    setGlobals: true,
    spanRedaction: URL_REDACTION,
    onHealthChange: ({ weight, message }) => {
      say(weight, message);
    },
  });
  const conflict = telemetry.health().apiConflict;
  if (conflict !== undefined) {
    say('warn', `telemetry: ${conflict.action}`);
  }
  let ownPort: number | undefined;
  // OTEL_SDK_DISABLED ends recording, not propagation.
  const isPassingOn = config.disabled && config.propagators.length > 0;
  instrument(telemetry, isPassingOn, (port) => port !== undefined && port === ownPort);
  // A listener that cannot be had is a warning, never the end of the application.
  void listen(config, telemetry, say).then((port) => (ownPort = port));
  flushAtEnd(telemetry, END_TIMEOUT_MILLIS);
  flushAtExit(() => telemetry.takeUnsent(), EXIT_TIMEOUT_MILLIS);
  return telemetry;
}

async function listen(
  config: TelemetryConfig,
  telemetry: Telemetry,
  say: (weight: 'warn' | 'info', line: string) => void,
): Promise<number | undefined> {
  try {
    const port = await startPrometheusListener(config, telemetry.metricReader);
    const wasAnyPort = config.metrics.readers.some((reader) => reader.type === 'prometheus' && reader.port === 0);
    if (wasAnyPort && port !== undefined) {
      say('info', `telemetry: metrics on port ${port}, path /metrics`);
    }
    return port;
  } catch (error) {
    say('warn', `telemetry: no /metrics: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** Only what someone records for, or what has to pass a context on, is patched or measured. */
function instrument(
  telemetry: Telemetry,
  isPassingOn: boolean,
  isOwnPort: (port: number | undefined) => boolean,
): void {
  if (telemetry.isTracing || telemetry.isMetering || isPassingOn) {
    enableHttpSpans(telemetry, isOwnPort);
    new FetchSpans(telemetry.tracerFor(SCOPE, VERSION), telemetry.meterFor(SCOPE, VERSION)).enable();
  }
  if (telemetry.isTracing) {
    correlatePinoLines();
  }
  if (telemetry.isMetering) {
    const meter = telemetry.meterFor(SCOPE, VERSION);
    registerProcessMetrics(meter);
    registerRuntimeMetrics(meter);
  }
}
