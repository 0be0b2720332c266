// What one row of the table is enough for.
import { effectiveSettings } from '@dcc-mcp/telemetry-config';
import { describe, expect, test } from '@jest/globals';
import { changedSections } from '../../src/config/load/config-watch.ts';
import { readGatewayConfig } from '../../src/config/reader/read-gateway-config.ts';
import { describeFileKeys } from '../../src/config/reference/describe-file.ts';
import { describeVariables } from '../../src/config/reference/describe-variables.ts';
import { gatewayConfigSchema } from '../../src/config/reference/schema.ts';
import { SETTINGS } from '../../src/config/table/setting.ts';
import { SECTIONS, TABLE } from '../../src/config/table/table.ts';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** A secret's file is shown in the row of the secret; a pair of credentials in the rows of its halves. */
const SHOWN_ELSEWHERE = /File$|basicAuth$/;
const PATHS = Object.keys(TABLE);

describe('each row of the table', () => {
  test.each(PATHS)('%s stands in the schema and in both references', (path) => {
    const schema = path
      .split('.')
      .reduce<Schema | undefined>((node, key) => node?.properties?.[key], gatewayConfigSchema as Schema);
    expect(schema?.description).toEqual(expect.any(String));
    expect(describeFileKeys().map(({ key }) => key)).toContain(path);
    expect(describeVariables().map(({ setting }) => setting)).toContain(path);
  });

  test('is read, and shown with its default, without another line of code', () => {
    const shown = new Set(effectiveSettings(readGatewayConfig({})).map(({ setting }) => setting));
    expect(PATHS.filter((path) => !SHOWN_ELSEWHERE.test(path) && !shown.has(path))).toEqual([]);
  });

  test('with a default has it in the values', () => {
    const { values } = readGatewayConfig({});
    const at = (path: string): unknown =>
      path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], values);
    const rows = SETTINGS.filter(({ fallback }) => fallback !== undefined);
    expect(rows.map(({ path }) => [path, at(path)])).toEqual(rows.map(({ path, fallback }) => [path, fallback]));
  });
});

test('a running gateway takes over the sections that say so, and no other', () => {
  const { values: before } = readGatewayConfig({});
  const { values: after } = readGatewayConfig(
    {},
    { limits: { readRetryMax: 0 }, policy: { readOnly: true }, server: { port: 1 }, audit: { maxRows: 1 } },
  );
  expect(changedSections(before, after)).toEqual({ live: ['policy', 'limits'], restart: ['server', 'audit'] });
  expect(Object.keys(SECTIONS).filter((name) => SECTIONS[name]?.isLive === true)).toEqual([
    'mcpServers',
    'policy',
    'limits',
  ]);
});
