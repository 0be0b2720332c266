import { parseConfigFile } from '@dcc-mcp/telemetry-config';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describeFileKeys } from '../../src/config/reference/describe-file.ts';
import { gatewayConfigSchema } from '../../src/config/reference/schema.ts';
import { EXAMPLE, issuesOf, readYaml } from './config-fixture.ts';

const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, strictRequired: false }).compile(
  gatewayConfigSchema,
);

function errorsOf(yaml: string): readonly string[] {
  const parsed = parseConfigFile(yaml, 'x.yaml');
  validate(parsed.ok ? parsed.value : undefined);
  return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}

/** The fragment of the schema for `a.b.*.c`. */
function fragmentAt(path: string): { readonly description?: string } | undefined {
  let node = gatewayConfigSchema as Record<string, unknown>;
  for (const key of path.split('.')) {
    const next = key === '*' ? node['additionalProperties'] : (node['properties'] as Record<string, unknown>)[key];
    if (next === undefined) {
      return undefined;
    }
    node = next as Record<string, unknown>;
  }
  return node;
}

describe('gatewayConfigSchema', () => {
  test('is what the package publishes', () => {
    const published = readFileSync(new URL('../../schema/gateway-config.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(published)).toEqual(gatewayConfigSchema);
  });

  test("accepts the contract's example, as it is written in the file", () => {
    expect(errorsOf(EXAMPLE)).toEqual([]);
  });

  test('accepts a blank file', () => {
    expect(errorsOf('{}')).toEqual([]);
  });

  test.each([
    ['servr: {}', ' additionalProperties'],
    ['server: { port: 70000 }', '/server/port maximum'],
    ['mcpServers: { a: {} }', '/mcpServers/a anyOf'],
    ['mcpServers: { a: { command: x, timeout: 1 } }', '/mcpServers/a additionalProperties'],
    ['auth: { tokens: [{ name: a }] }', '/auth/tokens/0 oneOf'],
    ['policy: { quarantine: sometimes }', '/policy/quarantine enum'],
    ['observability: { tracing: { rate: 1 } }', '/observability/tracing additionalProperties'],
  ])('refuses %s', (yaml, error) => {
    expect(errorsOf(yaml)).toContain(error);
  });

  test('knows every key that the reader knows, with a description', () => {
    const missing = describeFileKeys()
      .map(({ key }) => key)
      .filter((key) => fragmentAt(key) === undefined);
    expect(missing).toEqual([]);
    const silent = describeFileKeys().filter(
      ({ key }) => !key.startsWith('observability') && fragmentAt(key)?.description === undefined,
    );
    expect(silent).toEqual([]);
  });

  test('calls unknown what the reader calls unknown', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('server', 'metrics', 'policy', 'limits', 'audit', 'registry', 'telemetry', 'auth'),
        fc.stringMatching(/^[a-zA-Z]{1,12}$/),
        (section, key) => {
          const text = `${section}: { ${JSON.stringify(key)}: null }`;
          const isUnknown = issuesOf(readYaml(text)).some((issue) => issue.includes(`${section}.${key}: no such key`));
          expect(errorsOf(text).includes(`/${section} additionalProperties`)).toBe(isUnknown);
        },
      ),
    );
  });
});
