import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType, type MetricData, type ScopeMetrics } from '@opentelemetry/sdk-metrics';

/** Workers by what they are. */
export interface WorkerCounts {
  /** They answer. */
  readonly ready: number;
  /** They were started and have not answered yet. */
  readonly starting: number;
  /** They ended without being told to, and no other has come in their place. */
  readonly dead: number;
}

/** OpenTelemetry names of the two metrics that tell of the workers. */
export interface WorkerMetricNames {
  /** Default `dcc_mcp_workers`; its label `state` is `ready`, `starting` or `dead`. */
  readonly workers?: string;
  /** Default `dcc_mcp_scrape_incomplete`: 1 when a worker did not answer and its last snapshot stands in. */
  readonly incomplete?: string;
}

/** What the two metrics show. */
interface WorkerReadings {
  readonly counts: WorkerCounts;
  readonly isIncomplete: boolean;
  readonly endTime: HrTime;
}

const SCOPE = { name: '@dcc-mcp/prometheus-bridge' } as const;
const STATES = ['ready', 'starting', 'dead'] as const;

/** Makes what tells of the workers, in the shape of a collection. */
export function createWorkerGauges(names: WorkerMetricNames | false = {}): (now: WorkerReadings) => ScopeMetrics[] {
  if (names === false) {
    return () => [];
  }
  const { workers = 'dcc_mcp_workers', incomplete = 'dcc_mcp_scrape_incomplete' } = names;
  // The same objects at every collection, so that their labels are encoded once.
  const states = STATES.map((state) => ({ state }));
  const none = {};
  return ({ counts, isIncomplete, endTime }) => [
    {
      scope: SCOPE,
      metrics: [
        gauge(
          { name: workers, unit: '{worker}', description: 'Worker processes, by what they are.' },
          states.map((attributes) => [attributes, counts[attributes.state]]),
          endTime,
        ),
        gauge(
          {
            name: incomplete,
            unit: '',
            description: 'Whether a worker did not answer in time, so that its last snapshot stands in.',
          },
          [[none, Number(isIncomplete)]],
          endTime,
        ),
      ],
    },
  ];
}

function gauge(
  descriptor: Omit<MetricData['descriptor'], 'valueType'>,
  points: readonly (readonly [Attributes, number])[],
  endTime: HrTime,
): MetricData {
  return {
    descriptor: { ...descriptor, valueType: ValueType.INT },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.GAUGE,
    dataPoints: points.map(([attributes, value]) => ({ attributes, value, startTime: endTime, endTime })),
  };
}
