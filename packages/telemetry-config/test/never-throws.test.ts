import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  describeEnvironment,
  effectiveSettings,
  parseConfigFile,
  readTelemetryConfig,
  substituteEnv,
} from '../src/index.ts';
import { namesOf } from './telemetry-fixture.ts';

const NAMES = describeEnvironment().flatMap(namesOf);

const name = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.stringMatching(/^(?:OTEL|DCC_MCP)_[A-Z_]{0,20}$/),
  fc.constantFrom('__proto__', 'constructor', ''),
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    ' ',
    ',',
    '=',
    ';',
    '%',
    '://',
    'http://',
    'http://[',
    '-0',
    '1e999',
    'NaN',
    'none',
    'true',
    '__proto__=1',
  ),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.integer().map(String),
);
const environment = fc.dictionary(name, text, { maxKeys: 30 });
/** Objects with the right names and anything in them. */
const file = fc.object({
  key: fc.constantFrom(
    'server',
    'metrics',
    'auth',
    'tokens',
    'jwt',
    'basicAuth',
    'mcpServers',
    'oauth',
    'observability',
    'tracing',
    'policy',
    'port',
    'command',
    'url',
    'headers',
    'env',
    '__proto__',
    'x',
  ),
  values: [text, fc.integer(), fc.boolean(), fc.constant(null), fc.double()],
  maxDepth: 4,
});
const RUNS = { numRuns: 200 };

describe('whatever is given, the readers do not throw', () => {
  test('readTelemetryConfig', () => {
    fc.assert(
      fc.property(environment, environment, (env, defaults) => {
        const reading = readTelemetryConfig(env, { defaults });
        expect(reading.issues.every(({ severity }) => severity === 'warning' || 'OTEL_CONFIG_FILE' in env)).toBe(true);
        expect(effectiveSettings(reading).length).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });

  test('readTelemetryConfig with a file', () => {
    const yaml = fc.oneof(
      text,
      file.map((value) =>
        JSON.stringify({ file_format: '1.0', tracer_provider: value, meter_provider: value, resource: value }),
      ),
      text.map((value) => `file_format: "1.0"\nresource: { attributes_list: ${JSON.stringify(value)} }`),
    );
    fc.assert(
      fc.property(environment, yaml, (env, content) => {
        const reading = readTelemetryConfig(
          { ...env, OTEL_CONFIG_FILE: 'f' },
          { configFile: { name: 'f', text: content } },
        );
        expect(reading.values.traces).toBeDefined();
      }),
      RUNS,
    );
  });

  test('parseConfigFile and substituteEnv', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('a.json', 'a.jsonc', 'a.yaml', 'a', ''), environment, (content, path, env) => {
        const parsed = parseConfigFile(content, path);
        expect(substituteEnv(parsed.ok ? parsed.value : content, env).issues).toBeDefined();
      }),
      RUNS,
    );
  });
});

describe('whatever is set, the values are within their bounds', () => {
  test('numbers are whole and not negative, ratios from 0 to 1', () => {
    fc.assert(
      fc.property(environment, (env) => {
        const { traces } = readTelemetryConfig(env).values;
        expect(
          Object.values(traces.limits).every((limit) => limit === Infinity || (Number.isInteger(limit) && limit >= 0)),
        ).toBe(true);
        expect(traces.sampler.ratio >= 0 && traces.sampler.ratio <= 1).toBe(true);
        for (const { batch } of traces.processors) {
          expect(batch.maxExportBatchSize).toBeLessThanOrEqual(batch.maxQueueSize);
        }
      }),
      RUNS,
    );
  });
});
