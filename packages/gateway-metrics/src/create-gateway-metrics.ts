import {
  type BoundedLabels,
  type BoundedMeter,
  createBoundedLabels,
  createBoundedMeter,
  DEFAULT_SERIES_BUDGET,
  type ExemplarFilter,
  ExemplarStore,
  type LabelValues,
} from '@dcc-mcp/bounded-meter';
import { memoize } from '@dcc-mcp/bounds';
import { METRIC_DCC_MCP_BUILD_INFO } from '@dcc-mcp/semantic-conventions';
import type { Meter } from '@opentelemetry/api';
import { createCallRecorder } from './call-metrics.ts';
import { createClosedCounter, type GatewayFeature } from './closed-counters.ts';
import { createCountingMethods, guarded, type RecordingParts } from './counting-methods.ts';
import type { GatewayMetrics } from './gateway-events.ts';
import { createJobMethods, createMeasuringMethods } from './measuring-methods.ts';
import { definitionOf } from './metric-catalog.ts';
import { startObservedGauges } from './observed-gauges.ts';

/** Options of {@link createGatewayMetrics}. */
export interface GatewayMetricsOptions {
  /** Whether a tool label (`<dcc_type>__<backend_tool>`) is in the catalog now. */
  readonly isRegisteredTool: (toolLabel: string) => boolean;
  /** Version for `build_info`. */
  readonly version: string;
  /** npm package for `build_info` (its label `crate`); default `@dcc-mcp/gateway`. */
  readonly packageName?: string;
  /**
   * The closed counters this gateway feeds: they are exported as 0 from the start. Any other one comes into existence
   * with its first event, so that no instrument is there that nothing feeds. Default {@link DEFAULT_GATEWAY_FEATURES}.
   */
  readonly features?: readonly GatewayFeature[];
  /** Bound in series for each instrument over the life of the process; default 2,000. */
  readonly seriesBudget?: number;
  /** `OTEL_METRICS_EXEMPLAR_FILTER`; default `trace_based`. */
  readonly exemplarFilter?: ExemplarFilter;
  /** Wall clock in milliseconds, for exemplars; default `Date.now`. */
  readonly now?: () => number;
}

/** More than there are: an instrument is never made twice. */
const MAX_INSTRUMENTS = 1_000;

/** What a gateway without quarantine feeds. */
export const DEFAULT_GATEWAY_FEATURES: readonly GatewayFeature[] = [
  'rejections',
  'backend_errors',
  'governance',
  'searches',
  'search_followups',
  'search_reformulations',
  'probes',
  'elections',
  'evictions',
  'notifications',
  'sessions_ended',
  'response_tokens',
  'oauth_refresh',
];

function createToolLabels(isRegisteredTool: (tool: string) => boolean, maxValues: number): BoundedLabels {
  const isKnown = (tool: string): boolean => {
    try {
      return isRegisteredTool(tool);
    } catch {
      return false;
    }
  };
  return createBoundedLabels({ isKnown, maxValues });
}

/** What is read when somebody collects: build_info from the start, everything else by `observe`. */
function createObservers(meter: BoundedMeter, buildInfo: LabelValues): Pick<GatewayMetrics, 'observe' | 'shutdown'> {
  const attributes = Object.freeze({ ...buildInfo });
  meter.observe(definitionOf(METRIC_DCC_MCP_BUILD_INFO), () => [[1, attributes]]);
  return {
    observe(observations) {
      const stops = startObservedGauges(meter, observations);
      return {
        stop() {
          for (const stop of stops) {
            stop();
          }
        },
      };
    },
    shutdown: () => meter.shutdown(),
  };
}

/**
 * All instruments that a gateway can feed (docs/reference/metrics.md), on a meter of its own: the same instruments serve the pull and
 * the push. Give the SDK a cardinality limit of `SDK_CARDINALITY_LIMIT`, so that only the budgets here bound series.
 *
 * @throws {RangeError} When `seriesBudget` is not a whole number from 1 to 9,000.
 */
export function createGatewayMetrics(meter: Meter, options: GatewayMetricsOptions): GatewayMetrics {
  const { version, packageName = '@dcc-mcp/gateway', features = DEFAULT_GATEWAY_FEATURES } = options;
  const { seriesBudget = DEFAULT_SERIES_BUDGET, exemplarFilter: filter, now } = options;
  const exemplars = new ExemplarStore({ ...(filter && { filter }), ...(now && { now }) });
  const boundedMeter = createBoundedMeter(meter, { exemplars, seriesBudget });
  const parts: RecordingParts = {
    meter: boundedMeter,
    tools: createToolLabels(options.isRegisteredTool, seriesBudget),
    counter: memoize((feature: GatewayFeature) => createClosedCounter(boundedMeter, feature), MAX_INSTRUMENTS),
    instrument: memoize((name: string) => boundedMeter.instrument(definitionOf(name)), MAX_INSTRUMENTS),
  };
  for (const feature of features) {
    parts.counter(feature);
  }
  return {
    exemplars,
    seriesUsage: () => boundedMeter.usage(),
    recordCall: guarded(createCallRecorder(boundedMeter, parts.tools, exemplars)),
    ...createCountingMethods(parts),
    ...createMeasuringMethods(parts),
    ...createJobMethods(parts),
    ...createObservers(boundedMeter, { version, crate: packageName }),
  };
}
