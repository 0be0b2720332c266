import { effectiveSettings } from '@dcc-mcp/telemetry-config';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readGatewayConfig } from '../../src/config/reader/read-gateway-config.ts';
import { describeVariables } from '../../src/config/reference/describe-variables.ts';
import { namesOf } from './config-fixture.ts';

const NAMES = describeVariables().flatMap(namesOf);

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

describe('whatever is given, the reader does not throw', () => {
  test('readGatewayConfig', () => {
    fc.assert(
      fc.property(environment, fc.oneof(file, fc.anything()), (env, value) => {
        const reading = readGatewayConfig(env, value);
        expect(reading.values.server.port).toBeGreaterThanOrEqual(0);
        expect(effectiveSettings(reading).length).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });
});
