import { context, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { createRequire, syncBuiltinESMExports } from 'node:module';

/**
 * Enables OpenTelemetry's http instrumentation for CommonJS and ES modules alike. The modules it
 * patches are Node's own: loading them here patches them in place, and the names that ES modules have
 * imported from them follow. So no loader hook runs over the application's modules.
 *
 * @param isOwnPort Whether requests on a port are telemetry's own, such as scrapes, and make no spans.
 */
export function enableHttpSpans(
  providers: { readonly tracerProvider: TracerProvider; readonly meterProvider: MeterProvider },
  isOwnPort: (port: number | undefined) => boolean,
): { disable(): void } {
  const instrumentation = new HttpInstrumentation({
    ignoreIncomingRequestHook: (request) => isOwnPort(request.socket.localPort),
    ignoreOutgoingRequestHook: () => isTracingSuppressed(context.active()),
  });
  instrumentation.setTracerProvider(providers.tracerProvider);
  instrumentation.setMeterProvider(providers.meterProvider);
  const load = createRequire(import.meta.url);
  for (const name of ['node:http', 'node:https']) {
    load(name);
  }
  syncBuiltinESMExports();
  return instrumentation;
}
