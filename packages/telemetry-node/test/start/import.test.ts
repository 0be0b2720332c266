import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';

const REPORT = `
import { registerHooks } from 'node:module';
const seen = new Set();
registerHooks({ resolve(name, context, next) { seen.add(name); return next(name, context); } });
await import(process.argv[1]);
process.stdout.write([...seen].join('\\n'));
`;

function importedBy(entry: string): string[] {
  const file = new URL(`../../src/${entry}`, import.meta.url).href;
  const args = ['--conditions=@dcc-mcp/source', '--input-type=module', '-e', REPORT, file];
  const env = {
    PATH: process.env['PATH'],
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
  };
  return execFileSync(process.execPath, args, { encoding: 'utf8', env }).split('\n');
}

test('importing loads no gRPC, no HTTP client, no official serializer and no parser before one is asked for', () => {
  const names = importedBy('index.ts');
  expect(names).toContain('@opentelemetry/sdk-trace');
  for (const lazy of ['node:http', 'node:https', 'node:tls', '@opentelemetry/otlp-transformer', 'yaml']) {
    expect(names).not.toContain(lazy);
  }
  expect(names.filter((name) => name.startsWith('@grpc/') || name.includes('otlp-grpc'))).toEqual([]);
});

test('/register loads no parser of files without OTEL_CONFIG_FILE', () => {
  const names = importedBy('register.ts');
  expect(names).toContain('@dcc-mcp/telemetry-config/environment');
  expect(names.filter((name) => name === '@dcc-mcp/telemetry-config' || name === 'yaml')).toEqual([]);
});
