// Metrics that a guide tells its reader to use are there.
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS } from '../src/instruments/instruments.ts';
import { RECORDING_RULES } from '../src/rules/recording-rules.ts';

const read = (name: string): string => readFileSync(join(import.meta.dirname, '../../../docs/guides', name), 'utf8');
const known = new Set([
  ...METRICS.map(({ prometheusName }) => prometheusName),
  ...RECORDING_RULES.map(({ name }) => name),
]);

/** Names of metrics among the codes of a text: `dcc_mcp_build_info`. */
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/`((?:dcc_mcp|mcp|http|process|otel|nodejs|v8js)_\w+)`/g)].map(([, name]) => name!);

test('what a name of another gateway becomes here is there', () => {
  const cells = [...read('coming-from.md').matchAll(/^\| .+ \| (.+) \|$/gm)].map(([, cell]) => cell!);
  const names = cells.flatMap(namesIn);
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});

test.each(['dashboards.md', 'runbooks.md', 'troubleshooting.md', 'operations.md', 'backends.md'])(
  '%s names only what is there',
  (name) => {
    expect(namesIn(read(name)).filter((each) => !known.has(each))).toEqual([]);
  },
);
