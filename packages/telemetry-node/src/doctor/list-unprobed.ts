import type { TelemetryConfig } from '@dcc-mcp/telemetry-config';

/** Where telemetry goes that needs nobody to be reached; or why it goes nowhere. */
export function listUnprobed({ disabled, traces, metrics, logs }: TelemetryConfig): readonly string[] {
  if (disabled) {
    return ['none: OTEL_SDK_DISABLED is true'];
  }
  const pushed = metrics.readers.filter((reader) => reader.type === 'periodic');
  const onConsole = Object.entries({ traces: traces.processors, metrics: pushed, logs: logs.processors })
    .filter(([, items]) => hasConsole(items))
    .map(([signal]) => `${signal} to the console (standard error)`);
  const listeners = metrics.readers.flatMap((reader) =>
    reader.type === 'prometheus' ? [`metrics for Prometheus on ${reader.host}:${reader.port}`] : [],
  );
  return [...onConsole, ...listeners];
}

function hasConsole(items: readonly { readonly exporter: { readonly type: string } }[]): boolean {
  return items.some(({ exporter }) => exporter.type === 'console');
}
