// What a gateway registers to be scraped, and what it does without when nobody scrapes.
import { createGateway, type RunningGateway } from '@dcc-mcp/gateway';
import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { afterEach, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';

const started: RunningGateway[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((gateway) => gateway.stop()));
});

const REPORT = `
import { registerHooks } from 'node:module';
const seen = new Set();
registerHooks({ resolve(name, context, next) { seen.add(name); return next(name, context); } });
const { createGateway } = await import(process.argv[1]);
const gateway = await createGateway(JSON.parse(process.argv[2]));
await gateway.stop();
process.stdout.write([...seen].join('\\n'));
`;

function loadedBy(options: object): string[] {
  // From its sources: the bundle holds both, and no name tells whether they have run.
  const entry = new URL('../../src/index.ts', import.meta.url).href;
  const args = ['--conditions=@dcc-mcp/source', '--input-type=module', '-e', REPORT, entry, JSON.stringify(options)];
  return execFileSync(process.execPath, args, { encoding: 'utf8', env: { PATH: process.env['PATH'] } }).split('\n');
}

test('the reader of a scraped gateway is the Prometheus reader', async () => {
  const gateway = await createGateway({ enablePrometheus: true });
  started.push(gateway);
  expect(gateway.telemetry.metricReader).toBeInstanceOf(PrometheusReader);
});

test.each([
  ['metrics off', {}, false],
  [
    'a push alone',
    { env: { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } },
    false,
  ],
  ['/metrics on', { enablePrometheus: true }, true],
])('the Prometheus packages are loaded for scrapes only: %s', (_name, options, isLoaded) => {
  const names = loadedBy(options);
  expect(names.includes('@dcc-mcp/prometheus-bridge')).toBe(isLoaded);
  expect(names.includes('@opentelemetry/exporter-prometheus')).toBe(isLoaded);
});
