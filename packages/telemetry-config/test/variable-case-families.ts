import type { BatchConfig, OtlpExporterConfig, TelemetryConfig } from '../src/index.ts';

/** What one variable does: each text with the value it gives, or with the problem it leaves. */
export interface VariableCase {
  readonly at: (config: TelemetryConfig) => unknown;
  /** What has to be set as well for the value to be seen. */
  readonly with?: Readonly<Record<string, string>>;
  /** What has to be set as well for a valid value to be no mistake. */
  readonly withValid?: Readonly<Record<string, string>>;
  readonly fallback: unknown;
  readonly valid: readonly [text: string, value: unknown];
  readonly wrongCase?: readonly [text: string, value: unknown];
  readonly outOfRange?: readonly [text: string, problem: string];
  readonly nonsense?: readonly [text: string, problem: string];
}

type Signal = 'traces' | 'metrics' | 'logs';
const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];
export const ASKED = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'otlp' };

function exporterOf(config: TelemetryConfig, signal: Signal): OtlpExporterConfig {
  const [reader] = config.metrics.readers;
  const exporter =
    signal === 'metrics'
      ? reader?.type === 'periodic' && reader.exporter
      : (config[signal].processors[0] as { exporter: unknown } | undefined)?.exporter;
  return exporter as OtlpExporterConfig;
}

export function family(
  suffix: string,
  key: keyof OtlpExporterConfig,
  rest: Omit<VariableCase, 'at' | 'with'> & { readonly with?: VariableCase['with'] },
): Record<string, VariableCase> {
  const cases: Record<string, VariableCase> = {};
  for (const signal of SIGNALS) {
    const at = (config: TelemetryConfig): unknown => exporterOf(config, signal)[key];
    cases[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${suffix}`] = { at, ...rest, with: { ...ASKED, ...rest.with } };
  }
  const at = (config: TelemetryConfig): unknown => exporterOf(config, 'logs')[key];
  cases[`OTEL_EXPORTER_OTLP_${suffix}`] = { at, ...rest, with: { ...ASKED, ...rest.with } };
  return cases;
}

/** Key and certificate of the client: one is nothing without the other. */
export function pair(
  suffix: string,
  key: 'clientKeyFile' | 'clientCertificateFile',
  other: string,
): Record<string, VariableCase> {
  const cases = family(suffix, key, { fallback: undefined, valid: ['/x.pem', '/x.pem'] });
  return Object.fromEntries(
    Object.entries(cases).map(([name, given]) => [
      name,
      { ...given, withValid: { [name.replace(suffix, other)]: '/y.pem' } },
    ]),
  );
}

export function endpoints(): Record<string, VariableCase> {
  const cases: Record<string, VariableCase> = {};
  const nonsense = ['ftp://c', '"ftp://c" has the scheme ftp'] as const;
  const outOfRange = ['http://c:99999', '"http://c:99999" is not a URL'] as const;
  for (const signal of SIGNALS) {
    cases[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`] = {
      at: (config) => exporterOf(config, signal).endpoint,
      with: ASKED,
      fallback: `http://localhost:4318/v1/${signal}`,
      valid: ['http://c:1/own', 'http://c:1/own'],
      wrongCase: ['HTTP://c:1/own', 'HTTP://c:1/own'],
      outOfRange,
      nonsense,
    };
  }
  cases['OTEL_EXPORTER_OTLP_ENDPOINT'] = {
    at: (config) => SIGNALS.map((signal) => exporterOf(config, signal).endpoint),
    with: ASKED,
    fallback: SIGNALS.map((signal) => `http://localhost:4318/v1/${signal}`),
    valid: ['http://c:1/base', SIGNALS.map((signal) => `http://c:1/base/v1/${signal}`)],
    wrongCase: ['HTTP://C:1', SIGNALS.map((signal) => `http://c:1/v1/${signal}`)],
    outOfRange,
    nonsense,
  };
  return cases;
}

type Numbers = Pick<VariableCase, 'at' | 'fallback'> & {
  readonly with?: Readonly<Record<string, string>>;
  readonly min?: number;
  readonly valid?: VariableCase['valid'];
};

export function number({ min = 0, valid = ['7', 7], ...rest }: Numbers): VariableCase {
  const below = String(min - 1);
  return {
    ...rest,
    valid,
    outOfRange: [below, `"${below}" is out of range`],
    nonsense: ['1e3', '"1e3" is not a whole number'],
  };
}

export function batch(prefix: 'BSP' | 'BLRP', signal: 'traces' | 'logs', delay: number): Record<string, VariableCase> {
  const of = (key: keyof BatchConfig, fallback: number, min: number): VariableCase =>
    number({
      at: (config) => config[signal].processors[0]?.batch[key],
      with: ASKED,
      fallback,
      min,
    });
  return {
    [`OTEL_${prefix}_SCHEDULE_DELAY`]: of('scheduleDelayMillis', delay, 0),
    [`OTEL_${prefix}_EXPORT_TIMEOUT`]: of('exportTimeoutMillis', 30_000, 0),
    [`OTEL_${prefix}_MAX_QUEUE_SIZE`]: of('maxQueueSize', 2_048, 1),
    [`OTEL_${prefix}_MAX_EXPORT_BATCH_SIZE`]: of('maxExportBatchSize', 512, 1),
  };
}

function types(items: readonly { readonly exporter: { readonly type: string } }[]): readonly string[] {
  return items.map(({ exporter }) => exporter.type);
}

export function exporters(): Record<string, VariableCase> {
  const rest = {
    fallback: [],
    valid: ['otlp,console', ['otlp', 'console']],
    wrongCase: [' OTLP , Console ', ['otlp', 'console']],
    nonsense: ['bogus', '"bogus" is not known'],
  } as const;
  return {
    OTEL_TRACES_EXPORTER: { at: (config) => types(config.traces.processors), ...rest },
    OTEL_LOGS_EXPORTER: { at: (config) => types(config.logs.processors), ...rest },
    OTEL_METRICS_EXPORTER: {
      ...rest,
      at: (config) => config.metrics.readers.map(({ type }) => type),
      valid: ['prometheus,otlp', ['prometheus', 'periodic']],
      wrongCase: ['Prometheus', ['prometheus']],
    },
  };
}

export const spanLimit = (key: keyof TelemetryConfig['traces']['limits'], fallback = 128): VariableCase =>
  number({ at: (config) => config.traces.limits[key], fallback });
export const recordLimit = (key: keyof TelemetryConfig['logs']['limits'], fallback = 128): VariableCase =>
  number({ at: (config) => config.logs.limits[key], fallback });
export const NO_LIMIT = Number.POSITIVE_INFINITY;

export function periodic(key: 'intervalMillis' | 'timeoutMillis'): (config: TelemetryConfig) => unknown {
  return ({ metrics: { readers } }) => (readers[0]?.type === 'periodic' ? readers[0][key] : undefined);
}

export function prometheus(key: 'host' | 'port'): (config: TelemetryConfig) => unknown {
  return ({ metrics: { readers } }) => (readers[0]?.type === 'prometheus' ? readers[0][key] : undefined);
}
