import type { Histogram, Meter } from '@opentelemetry/api';
import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';

const NANOS_PER_SECOND = 1e9;
const MILLIS_PER_SECOND = 1e3;
const RESOLUTION_MILLIS = 10;
/** Boundaries the conventions advise for collections. */
const GC_BOUNDARIES = [0.01, 0.1, 1, 10];

const GC_TYPES: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

/** Ends what was started to measure. */
export interface RuntimeMetrics {
  stop(): void;
}

/**
 * Registers `nodejs.eventloop.*` and `v8js.*` (OTel conventions, "Node.js runtime metrics" and "V8 JS
 * engine metrics") under the names and units of OpenTelemetry's own runtime instrumentation.
 */
export function registerRuntimeMetrics(meter: Meter): RuntimeMetrics {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS });
  delay.enable();
  registerEventLoopDelay(meter, delay);
  registerEventLoopTime(meter);
  registerHeapSpaces(meter);
  const collections = observeCollections(
    meter.createHistogram('v8js.gc.duration', {
      unit: 's',
      description: 'Garbage collection duration.',
      advice: { explicitBucketBoundaries: GC_BOUNDARIES },
    }),
  );
  return {
    stop: () => {
      delay.disable();
      collections.disconnect();
    },
  };
}

/** Each collection of metrics sees the delays since the one before. */
function registerEventLoopDelay(meter: Meter, delay: ReturnType<typeof monitorEventLoopDelay>): void {
  const readings = {
    min: () => delay.min,
    max: () => delay.max,
    mean: () => delay.mean,
    stddev: () => delay.stddev,
    p50: () => delay.percentile(50),
    p90: () => delay.percentile(90),
    p99: () => delay.percentile(99),
  };
  const gauges = Object.entries(readings).map(([name, read]) => {
    const description = `Event loop delay, ${name}.`;
    return { gauge: meter.createObservableGauge(`nodejs.eventloop.delay.${name}`, { unit: 's', description }), read };
  });
  meter.addBatchObservableCallback(
    (result) => {
      if (delay.count > 0) {
        for (const { gauge, read } of gauges) {
          result.observe(gauge, read() / NANOS_PER_SECOND);
        }
      }
      delay.reset();
    },
    gauges.map(({ gauge }) => gauge),
  );
}

function registerEventLoopTime(meter: Meter): void {
  const time = meter.createObservableCounter('nodejs.eventloop.time', {
    unit: 's',
    description: 'Time the event loop has been in each state.',
  });
  const utilization = meter.createObservableGauge('nodejs.eventloop.utilization', {
    unit: '1',
    description: 'Event loop utilization since the last collection.',
  });
  let last = performance.eventLoopUtilization();
  meter.addBatchObservableCallback(
    (result) => {
      const current = performance.eventLoopUtilization();
      result.observe(time, current.active / MILLIS_PER_SECOND, { 'nodejs.eventloop.state': 'active' });
      result.observe(time, current.idle / MILLIS_PER_SECOND, { 'nodejs.eventloop.state': 'idle' });
      result.observe(utilization, performance.eventLoopUtilization(current, last).utilization);
      last = current;
    },
    [time, utilization],
  );
}

function registerHeapSpaces(meter: Meter): void {
  const create = (name: string, description: string) =>
    meter.createObservableUpDownCounter(name, { unit: 'By', description });
  const used = create('v8js.memory.heap.used', 'Heap memory in use.');
  const size = create('v8js.memory.heap.space.size', 'Heap memory set aside.');
  const available = create('v8js.memory.heap.space.available_size', 'Heap space available.');
  const physical = create('v8js.memory.heap.space.physical_size', 'Committed size of a heap space.');
  meter.addBatchObservableCallback(
    (result) => {
      for (const space of getHeapSpaceStatistics()) {
        const attributes = { 'v8js.heap.space.name': space.space_name };
        result.observe(used, space.space_used_size, attributes);
        result.observe(size, space.space_size, attributes);
        result.observe(available, space.space_available_size, attributes);
        result.observe(physical, space.physical_space_size, attributes);
      }
    },
    [used, size, available, physical],
  );
}

/** Node puts the kind of a collection into the entry's detail, although the published type does not say so. */
function kindOf(entry: object): number {
  const detail = 'detail' in entry ? entry.detail : undefined;
  return typeof detail === 'object' && detail !== null && 'kind' in detail ? Number(detail.kind) : 0;
}

function observeCollections(duration: Histogram): PerformanceObserver {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      duration.record(entry.duration / MILLIS_PER_SECOND, { 'v8js.gc.type': GC_TYPES[kindOf(entry)] ?? 'unknown' });
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return observer;
}
