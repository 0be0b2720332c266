import { choices } from '../kinds/list-kinds.ts';
import { variable, type Variable } from './variable.ts';

export type PushExporterName = 'otlp' | 'console';
export type MetricExporterName = PushExporterName | 'prometheus';

const COLLECTOR = 'use otlp, and let a Collector forward it';
const HINTS = {
  zipkin: 'Zipkin is not supported: use otlp, which a Collector or Zipkin with its OTLP port takes',
  jaeger: 'use otlp: Jaeger takes OTLP on ports 4317 and 4318',
  logging: 'use console',
  'otlp/stdout': 'use console, or otlp to a Collector with a file exporter',
  'otlp_file/development': COLLECTOR,
  prometheus: 'prometheus is an exporter of OTEL_METRICS_EXPORTER only',
  prometheusremotewrite: COLLECTOR,
};
const defaultText = 'otlp once an endpoint is set, else none';

function describe(signal: string): string {
  return `Where ${signal} go, comma-separated; unset: nowhere, until OTEL_EXPORTER_OTLP_ENDPOINT or the signal's own endpoint is set.`;
}

export const TRACES_EXPORTER: Variable<readonly PushExporterName[]> = variable(
  'OTEL_TRACES_EXPORTER',
  choices(['otlp', 'console'], { hasNone: true, hints: HINTS }),
  { group: 'Exporters', description: describe('spans'), defaultText },
);
export const METRICS_EXPORTER: Variable<readonly MetricExporterName[]> = variable(
  'OTEL_METRICS_EXPORTER',
  choices(['otlp', 'console', 'prometheus'], { hasNone: true, hints: HINTS }),
  { group: 'Exporters', description: describe('metrics'), defaultText },
);
export const LOGS_EXPORTER: Variable<readonly PushExporterName[]> = variable(
  'OTEL_LOGS_EXPORTER',
  choices(['otlp', 'console'], { hasNone: true, hints: HINTS }),
  { group: 'Exporters', description: describe('log records'), defaultText },
);
