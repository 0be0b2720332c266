import type { Meter, MeterProvider, SpanContext } from '@opentelemetry/api';
import { createGatewayMetrics, type GatewayMetrics, type GatewayMetricsOptions } from '../src/index.ts';

/** A gateway's metrics with `maya__create_sphere` and every `maya__tool_*` in its catalog. */
export function createMetrics(
  provider: Pick<MeterProvider, 'getMeter'>,
  options: Partial<GatewayMetricsOptions> = {},
): GatewayMetrics {
  return createGatewayMetrics(provider.getMeter('@dcc-mcp/gateway', '1.2.3'), {
    isRegisteredTool: (tool) => tool === 'maya__create_sphere' || tool.startsWith('maya__tool_'),
    version: '1.2.3',
    ...options,
  });
}

/** A span context; `traceId` and `spanId` are made of one digit. */
export function spanContext(digit: string, isSampled = true): SpanContext {
  return { traceId: digit.repeat(32), spanId: digit.repeat(16), traceFlags: isSampled ? 1 : 0 };
}

const CREATES = /^create(?:Counter|Histogram|UpDownCounter|Gauge|Observable\w+)$/;

/** The same meter; `names` hears of every instrument created on it. */
export function listenToInstruments(meter: Meter, names: Set<string>): Meter {
  return new Proxy(meter, {
    get(target, property, receiver) {
      const value: unknown = Reflect.get(target, property, receiver);
      if (typeof value !== 'function' || !CREATES.test(String(property))) {
        return value;
      }
      return (name: string, ...rest: unknown[]): unknown => {
        names.add(name);
        return Reflect.apply(value, target, [name, ...rest]);
      };
    },
  });
}

/** Everything a gateway can live through, once or twice each. */
export function playEverything(metrics: GatewayMetrics): void {
  const phases = { queueSeconds: 0.01, gatewaySeconds: 0.002, upstreamSeconds: 0.3 };
  metrics.recordCall({ tool: 'maya__create_sphere', status: 'success', durationSeconds: 0.312, phases });
  metrics.recordCall({ tool: 'made up', status: 'error' });
  metrics.recordRejected('quota');
  metrics.recordBackendError('timeout');
  metrics.recordGovernance('policy', 'denied');
  metrics.recordSearch({ result: 'nonzero', durationSeconds: 0.001 });
  metrics.recordSearchFollowup('call', 'top3');
  metrics.recordReformulation();
  metrics.recordTimeToFirstSuccess(3);
  metrics.recordProbe('booting');
  metrics.recordElection('won');
  metrics.recordEviction('stale');
  metrics.recordNotificationSent('sse');
  const tcp = { transport: 'tcp', durationSeconds: 0.2 } as const;
  metrics.recordOperation({ side: 'server', method: 'tools/call', tool: 'maya__create_sphere', ...tcp });
  metrics.recordOperation({ side: 'client', method: 'tools/call', errorType: 'timeout', ...tcp });
  metrics.recordSession({ side: 'server', transport: 'tcp', durationSeconds: 60 });
  metrics.recordSession({ side: 'client', transport: 'pipe', durationSeconds: 61 });
  metrics.recordSessionEnded('idle');
  metrics.recordResponseTokens('call', 9);
  metrics.recordJobCreated('maya__create_sphere', 'accepted');
  metrics.recordJobStarted('maya__create_sphere', 2);
  metrics.recordQuarantine('tool', 'quarantined');
  metrics.recordOauthRefresh({ result: 'failed_network', durationSeconds: 1 });
  metrics.recordRowsDropped('audit', 2);
  metrics.recordResponseTokens('call', Number.NaN);
  metrics.observe({
    activeSessions: () => 4,
    registeredTools: () => 100,
    upstreams: () => ({ ready: 3, booting: 1 }),
    queueDepth: () => 7,
    callsInFlight: () => 2,
    streams: () => ({ get: 1 }),
  });
}
