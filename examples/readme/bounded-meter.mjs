import { createBoundedMeter, SDK_CARDINALITY_LIMIT } from '@dcc-mcp/bounded-meter';
import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

const reader = new PrometheusReader({ scopeLabels: false, targetInfo: false, cardinalityLimit: SDK_CARDINALITY_LIMIT });
const provider = new MeterProvider({ readers: [reader] });

const frames = createBoundedMeter(provider.getMeter('studio'), { seriesBudget: 10 }).instrument({
  name: 'studio.frames',
  unit: '{frame}',
  kind: 'counter',
  prometheusName: 'studio_frames_total',
  description: 'Frames rendered.',
  labels: [{ name: 'show' }, { name: 'quality', values: ['draft', 'final'] }],
});

frames.record(24, { show: 'spring', quality: 'final' });
for (let index = 0; index < 100_000; index += 1) {
  frames.record(1, { show: `made up ${index}`, quality: 'draft' });
}
frames.record(1, { show: 'spring', quality: 'no such quality' }); // no series: counted as invalid
frames.record(Number.NaN, { show: 'spring', quality: 'final' });

const { body } = await reader.scrape({ method: 'GET' });
for (const line of (await new Response(body).text()).split('\n')) {
  if (/^studio|^dcc_mcp_telemetry/.test(line)) {
    console.log(line);
  }
}
