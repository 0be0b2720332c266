import {
  context,
  logs,
  metrics,
  propagation,
  trace,
  type LoggerProvider,
  type MeterProvider,
  type TextMapPropagator,
  type TracerProvider,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { ApiConflict } from '../health/telemetry-health.ts';
import { ownApiVersion, registeredApiVersion } from './api-copies.ts';

export interface GlobalProviders {
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  readonly loggerProvider: LoggerProvider;
  readonly propagator: TextMapPropagator;
}

export interface RegisteredGlobals {
  readonly conflict?: ApiConflict;
  /** Takes back what was registered here, and nothing else. */
  unregister(): void;
}

/** Registers everything as the process's globals and checks the answer of each registration. */
export function registerGlobals(providers: GlobalProviders): RegisteredGlobals {
  const registeredVersion = registeredApiVersion();
  const contextManager = new AsyncLocalStorageContextManager().enable();
  const results = {
    context: context.setGlobalContextManager(contextManager),
    propagation: propagation.setGlobalPropagator(providers.propagator),
    trace: trace.setGlobalTracerProvider(providers.tracerProvider),
    metrics: metrics.setGlobalMeterProvider(providers.meterProvider),
    logs: logs.setGlobalLoggerProvider(providers.loggerProvider),
  };
  const names = ['trace', 'metrics', 'logs', 'propagation', 'context'] as const;
  const refused = names.filter((name) => !results[name]);
  return {
    ...(refused.length === 0 ? {} : { conflict: toConflict(refused, registeredVersion) }),
    unregister: () => {
      const apis = { context, propagation, trace, metrics, logs };
      for (const name of names) {
        if (results[name]) {
          apis[name].disable();
        }
      }
    },
  };
}

function toConflict(refused: ApiConflict['refused'], registeredVersion: string | undefined): ApiConflict {
  const other = registeredVersion === undefined ? 'another copy' : `version ${registeredVersion}`;
  return {
    refused,
    ...(registeredVersion === undefined ? {} : { registeredVersion }),
    ownVersion: ownApiVersion(),
    action:
      `${other} of @opentelemetry/api registered first, so nothing recorded through the global API arrives: ` +
      'keep one copy (npm ls @opentelemetry/api), or start this telemetry before everything else',
  };
}
