// Counts one call and tells of it, as a thread or as a forked process.
import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { channelOf, createMetricsWorker } from '@dcc-mcp/prometheus-bridge/cluster';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { parentPort } from 'node:worker_threads';

const reader = new PrometheusReader({ onError: () => {} });
new MeterProvider({ readers: [reader] }).getMeter('test').createCounter('calls').add(1);
createMetricsWorker(reader, channelOf(parentPort ?? process));
