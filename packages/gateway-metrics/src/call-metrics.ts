import type { BoundedLabels, BoundedMeter, BoundSeries, ExemplarStore } from '@dcc-mcp/bounded-meter';
import {
  METRIC_DCC_MCP_GATEWAY_PHASE_DURATION,
  METRIC_DCC_MCP_TOOL_CALLS,
  METRIC_DCC_MCP_TOOL_DURATION,
} from '@dcc-mcp/semantic-conventions';
import type { CallMeasurement } from './gateway-events.ts';
import { definitionOf } from './metric-catalog.ts';

/** All series that a call of one tool can move, found with one look-up. */
interface CallSeries {
  readonly success: BoundSeries;
  readonly error: BoundSeries;
  readonly duration: BoundSeries;
  readonly queue: BoundSeries;
  readonly gateway: BoundSeries;
  readonly upstream: BoundSeries;
}

function createCallSeries(meter: BoundedMeter): (tool: string) => CallSeries {
  const calls = meter.instrument(definitionOf(METRIC_DCC_MCP_TOOL_CALLS));
  const duration = meter.instrument(definitionOf(METRIC_DCC_MCP_TOOL_DURATION));
  const phases = meter.instrument(definitionOf(METRIC_DCC_MCP_GATEWAY_PHASE_DURATION));
  return (tool) => {
    // A rate over a series that appears with its first error misses that error: both are there from the first call.
    calls.declare({ tool, status: 'success' });
    calls.declare({ tool, status: 'error' });
    return {
      success: calls.series({ tool, status: 'success' }),
      error: calls.series({ tool, status: 'error' }),
      duration: duration.series({ tool }),
      queue: phases.series({ tool, phase: 'queue' }),
      gateway: phases.series({ tool, phase: 'gateway' }),
      upstream: phases.series({ tool, phase: 'upstream' }),
    };
  };
}

/** Counts finished calls, how long they took and where the time went. */
export function createCallRecorder(
  meter: BoundedMeter,
  tools: BoundedLabels,
  exemplars: ExemplarStore,
): (call: CallMeasurement) => void {
  const toCallSeries = createCallSeries(meter);
  const known = new Map<string, CallSeries>();
  const find = (tool: string): CallSeries => {
    const series = toCallSeries(tool);
    known.set(tool, series);
    return series;
  };
  return ({ tool, status, durationSeconds, phases, span }) => {
    const label = tools.label(tool);
    const series = known.get(label) ?? find(label);
    const at = exemplars.timestamp(span);
    (status === 'success' ? series.success : series.error).record(1, span, at);
    if (durationSeconds !== undefined) {
      series.duration.record(durationSeconds, span, at);
    }
    if (phases === undefined) {
      return;
    }
    if (phases.queueSeconds !== undefined) {
      series.queue.record(phases.queueSeconds, span, at);
    }
    if (phases.gatewaySeconds !== undefined) {
      series.gateway.record(phases.gatewaySeconds, span, at);
    }
    if (phases.upstreamSeconds !== undefined) {
      series.upstream.record(phases.upstreamSeconds, span, at);
    }
  };
}
