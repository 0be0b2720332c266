import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';

const REPORT = `
import { registerHooks } from 'node:module';
const seen = new Set();
registerHooks({ resolve(name, context, next) { seen.add(name); return next(name, context); } });
await import(process.argv[1]);
process.stdout.write([...seen].join('\\n'));
`;

const NO_EXPORTER = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

function importedBy(entry: string, settings: Readonly<Record<string, string>> = NO_EXPORTER): string[] {
  const file = new URL(`../../src/${entry}`, import.meta.url).href;
  const args = ['--conditions=@dcc-mcp/source', '--input-type=module', '-e', REPORT, file];
  const env = { PATH: process.env['PATH'], ...settings };
  return execFileSync(process.execPath, args, { encoding: 'utf8', env }).split('\n');
}

test('importing loads no gRPC, no HTTP client and no parser before one is asked for', () => {
  const names = importedBy('index.ts');
  expect(names).toContain('@opentelemetry/sdk-trace');
  for (const lazy of ['node:http', 'node:https', 'node:tls', 'yaml']) {
    expect(names).not.toContain(lazy);
  }
  expect(names.filter((name) => name.startsWith('@grpc/') || name.includes('otlp-grpc'))).toEqual([]);
});

test('/register loads no parser of files without OTEL_CONFIG_FILE', () => {
  const names = importedBy('register.ts');
  expect(names).toContain('@dcc-mcp/telemetry-config/environment');
  expect(names.filter((name) => name === '@dcc-mcp/telemetry-config' || name === 'yaml')).toEqual([]);
});

test.each([
  ['nothing is measured', { OTEL_TRACES_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'none' }, false],
  ['metrics are pushed', { OTEL_METRICS_EXPORTER: 'otlp' }, false],
  ['metrics are scraped', { OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: '0' }, true],
])('/register loads the Prometheus packages only for scrapes: %s', (_name, settings, isLoaded) => {
  const names = importedBy('register.ts', { ...NO_EXPORTER, ...settings });
  expect(names.includes('@dcc-mcp/prometheus-bridge')).toBe(isLoaded);
  expect(names.includes('@opentelemetry/exporter-prometheus')).toBe(isLoaded);
});

test('importing loads neither the Prometheus packages nor the official exporter of spans', () => {
  const names = importedBy('index.ts');
  expect(names.filter((name) => /prometheus|exporter-trace|otlp-exporter-base/.test(name))).toEqual([]);
});
