import type { BoundedMeter, Reading } from '@dcc-mcp/bounded-meter';
import {
  METRIC_DCC_MCP_ACTIVE_SESSIONS,
  METRIC_DCC_MCP_GATEWAY_CALLS_IN_FLIGHT,
  METRIC_DCC_MCP_GATEWAY_QUEUE_DEPTH,
  METRIC_DCC_MCP_GATEWAY_STREAMS,
  METRIC_DCC_MCP_GATEWAY_UPSTREAMS,
  METRIC_DCC_MCP_REGISTERED_TOOLS,
  STREAM_KINDS,
  UPSTREAM_STATES,
} from '@dcc-mcp/semantic-conventions';
import type { Attributes } from '@opentelemetry/api';
import type { GatewayObservations } from './gateway-events.ts';
import { definitionOf } from './metric-catalog.ts';

const NO_ATTRIBUTES: Attributes = Object.freeze({});

/** One reading for each value of a closed label, 0 where the source says nothing. */
function byLabel<T extends string>(
  label: string,
  values: readonly T[],
): (counts: Readonly<Partial<Record<T, number>>>) => readonly Reading[] {
  const attributes = values.map((value) => [value, Object.freeze({ [label]: value })] as const);
  return (counts) => attributes.map(([value, labels]) => [counts[value] ?? 0, labels]);
}

/** Registers a gauge for each source given; gives back what takes each away. */
export function startObservedGauges(meter: BoundedMeter, sources: GatewayObservations): readonly (() => void)[] {
  const { activeSessions, registeredTools, upstreams, queueDepth, callsInFlight, streams } = sources;
  const toUpstreams = byLabel('state', UPSTREAM_STATES);
  const toStreams = byLabel('kind', STREAM_KINDS);
  const single = (name: string, read: (() => number) | undefined): (() => void)[] =>
    read === undefined ? [] : [meter.observe(definitionOf(name), () => [[read(), NO_ATTRIBUTES]])];
  return [
    ...single(METRIC_DCC_MCP_ACTIVE_SESSIONS, activeSessions),
    ...single(METRIC_DCC_MCP_REGISTERED_TOOLS, registeredTools),
    ...single(METRIC_DCC_MCP_GATEWAY_QUEUE_DEPTH, queueDepth),
    ...single(METRIC_DCC_MCP_GATEWAY_CALLS_IN_FLIGHT, callsInFlight),
    ...(upstreams
      ? [meter.observe(definitionOf(METRIC_DCC_MCP_GATEWAY_UPSTREAMS), () => toUpstreams(upstreams()))]
      : []),
    ...(streams ? [meter.observe(definitionOf(METRIC_DCC_MCP_GATEWAY_STREAMS), () => toStreams(streams()))] : []),
  ];
}
