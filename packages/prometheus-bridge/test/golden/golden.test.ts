import { decodeMetricFamilies } from '@dcc-mcp/test-kit/metric-family-decode';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { emptyResource } from '@opentelemetry/resources';
import { readFileSync, writeFileSync } from 'node:fs';
import { ACCEPT, bytesOf, createBench, textOf } from '../scrape/scrape-kit.ts';
import { GOLDEN_CASES, NOW, type GoldenCase } from './golden-cases.ts';
import { toProtobufText } from './protobuf-text.ts';

const FORMATS = [
  ['prom', ACCEPT.prometheusText],
  ['om', ACCEPT.openMetrics],
  ['pb.txt', ACCEPT.protobuf],
] as const;
const CASES = Object.entries(GOLDEN_CASES).flatMap(([name, golden]) =>
  FORMATS.map(([extension, accept]) => ({ rule: golden.rule, file: `${name}.${extension}`, golden, accept })),
);

/** Set `UPDATE_GOLDEN=1` to write the files anew; then read them before you commit them. */
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

async function render({ record, options, views, resource, escaping }: GoldenCase, accept: string): Promise<string> {
  const { provider, reader } = createBench(options, { resource: resource ?? emptyResource(), ...(views && { views }) });
  record(provider.getMeter('test', '1.0.0'), provider);
  const result = await reader.scrape(escaping === undefined ? accept : `${accept};escaping=${escaping}`);
  if (accept !== ACCEPT.protobuf) {
    return textOf(result);
  }
  return decodeMetricFamilies(await bytesOf(result))
    .map((family) => toProtobufText(family))
    .join('\n');
}

function expected(file: string, actual: string): string {
  const url = new URL(`expected/${file}`, import.meta.url);
  if (isUpdate) {
    writeFileSync(url, actual);
  }
  return readFileSync(url, 'utf8');
}

describe('the three formats', () => {
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each(CASES)('$rule ($file)', async ({ golden, accept, file }) => {
    const actual = await render(golden, accept);
    expect(actual).toBe(expected(file, actual));
  });
});
