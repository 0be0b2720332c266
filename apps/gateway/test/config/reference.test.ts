import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describeFileKeys } from '../../src/config/reference/describe-file.ts';
import { describeVariables } from '../../src/config/reference/describe-variables.ts';
import { namesOf } from './config-fixture.ts';

const ROOT = new URL('../../../../', import.meta.url);

describe('docs/reference/environment.md', () => {
  test('is not stale', async () => {
    const script = fileURLToPath(new URL('scripts/docs-environment.mjs', ROOT));
    const run = promisify(execFile)(process.execPath, [script, '--check'], { timeout: 20_000 });
    await expect(run).resolves.toMatchObject({ stderr: '' });
  });

  const text = readFileSync(new URL('docs/reference/environment.md', ROOT), 'utf8');

  test('lists every variable and every key of the file', () => {
    const names = describeVariables().flatMap(namesOf);
    const keys = describeFileKeys().map(({ key }) => key);
    expect([...names, ...keys].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  test('every key of the file has an environment name', () => {
    expect(
      describeFileKeys().filter(({ environment }) => environment.length === 0 || environment.includes('')),
    ).toEqual([]);
  });
});

describe('describeVariables', () => {
  const CONTRACT = `
    GATEWAY_PORT GATEWAY_HOST GATEWAY_NAME REGISTRY_DIR STALE_TIMEOUT NO_ADMIN ADMIN_PATH
    GATEWAY_AUDIT_DIR GATEWAY_AUDIT_MAX_ROWS GATEWAY_AUDIT_MAX_BYTES GATEWAY_HTTP_BODY_LIMIT_BYTES
    GATEWAY_RATE_LIMIT_PER_MINUTE GATEWAY_READ_RETRY_MAX GATEWAY_CIRCUIT_FAILURE_THRESHOLD
    GATEWAY_CIRCUIT_OPEN_SECS TRAFFIC_CAPTURE CONFIG PUBLIC_URL AUTH_TOKEN AUTH_JWKS_URL
    AUTH_AUDIENCE AUTH_ISSUER TRUSTED_PROXIES TRACE_PARENT TRACE_PROTOCOL_SPANS CAPTURE_CONTENT
    BAGGAGE_ALLOW METRICS_BASIC_AUTH METRICS_BEARER_TOKEN METRICS_BEARER_TOKEN_FILE
    METRICS_JWT_SECRET METRICS_JWT_SECRET_FILE METRICS_JWKS_URL METRICS_PATH METRICS_PORT REDIS_URL
    REGISTER_ALLOW
  `
    .trim()
    .split(/\s+/)
    .map((name) => `DCC_MCP_${name}`);
  const CONTEXT_FORGE = [
    'ENABLE_METRICS',
    'METRICS_EXCLUDED_HANDLERS',
    'METRICS_CUSTOM_LABELS',
    'METRICS_NAMESPACE',
    'METRICS_SUBSYSTEM',
    'JWT_SECRET_KEY',
  ];
  const known = new Set(describeVariables().flatMap(namesOf));

  test.each([...CONTRACT, ...CONTEXT_FORGE])('knows %s', (name) => {
    expect(known).toContain(name);
  });

  test('never spells again what OTEL_* says', () => {
    const ours = describeVariables().filter(({ group }) => !group.startsWith('OTEL'));
    expect(ours.filter(({ name }) => /OTLP|SAMPLER|PROPAGATOR|SERVICE_NAME|EXPORTER/.test(name))).toEqual([]);
  });
});
