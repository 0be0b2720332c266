import {
  readTelemetryConfig,
  type EnvironmentRow,
  type OtlpExporterConfig,
  type TelemetryConfig,
} from '../src/index.ts';

type Signal = 'traces' | 'metrics' | 'logs';

/** The OTLP exporter of a signal. */
export function exporter(config: TelemetryConfig, signal: Signal): OtlpExporterConfig | undefined {
  if (signal !== 'metrics') {
    return config[signal].processors[0]?.exporter as OtlpExporterConfig | undefined;
  }
  const [reader] = config.metrics.readers;
  return reader?.type === 'periodic' ? (reader.exporter as OtlpExporterConfig) : undefined;
}

/** Where traces, metrics and logs go. */
export function endpoints(env: Record<string, string>): readonly (string | undefined)[] {
  const { values } = readTelemetryConfig(env);
  return (['traces', 'metrics', 'logs'] as const).map((signal) => exporter(values, signal)?.endpoint);
}

/** Issues as `variable: problem -> fix`. */
export function issuesOf(env: Record<string, string>): readonly string[] {
  return readTelemetryConfig(env).issues.map(({ variable, problem, fix }) => `${variable}: ${problem} -> ${fix ?? ''}`);
}

export const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
export const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';

/** The name of a row, with its older ones. */
export function namesOf({ name, olderNames }: EnvironmentRow): readonly string[] {
  return [name, ...olderNames];
}
