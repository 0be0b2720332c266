import { unsupported } from '../kinds/pair-kinds.ts';
import { variable, type Variable } from './variable.ts';

function row(name: string, description: string, fix: string): Variable<never> {
  return variable<never>(name, unsupported(fix), { group: 'Not supported', description });
}

const OTLP = 'set OTEL_EXPORTER_OTLP_ENDPOINT; Zipkin takes OTLP through a Collector';
const JAEGER = 'set OTEL_EXPORTER_OTLP_ENDPOINT; Jaeger takes OTLP on ports 4317 and 4318';
const INSTRUMENTATIONS = 'remove it: only HTTP in and out is instrumented, and OTEL_SDK_DISABLED=true turns that off';

/** What the specification or other SDKs for Node name and nothing here acts on; setting one yields an issue. */
export const UNSUPPORTED: readonly Variable<never>[] = [
  row('OTEL_ENTITIES', 'Entities of the resource (in development).', 'use OTEL_RESOURCE_ATTRIBUTES'),
  row('OTEL_EXPERIMENTAL_CONFIG_FILE', 'Older name of OTEL_CONFIG_FILE.', 'use OTEL_CONFIG_FILE'),
  row('OTEL_EXPORTER_ZIPKIN_ENDPOINT', 'Zipkin exporter.', OTLP),
  row('OTEL_EXPORTER_ZIPKIN_TIMEOUT', 'Zipkin exporter.', OTLP),
  row('OTEL_EXPORTER_ZIPKIN_PROTOCOL', 'Zipkin exporter (reserved).', OTLP),
  row('OTEL_EXPORTER_JAEGER_ENDPOINT', 'Jaeger exporter (removed from the specification).', JAEGER),
  row('OTEL_EXPORTER_JAEGER_AGENT_HOST', 'Jaeger exporter (removed from the specification).', JAEGER),
  row('OTEL_EXPORTER_JAEGER_AGENT_PORT', 'Jaeger exporter (removed from the specification).', JAEGER),
  row('OTEL_NODE_ENABLED_INSTRUMENTATIONS', 'Choice of auto-instrumentations.', INSTRUMENTATIONS),
  row('OTEL_NODE_DISABLED_INSTRUMENTATIONS', 'Choice of auto-instrumentations.', INSTRUMENTATIONS),
  row(
    'OTEL_NODE_EXPERIMENTAL_SDK_METRICS',
    "The SDK's own metrics.",
    'remove it: otel.sdk.* metrics are always recorded',
  ),
];
