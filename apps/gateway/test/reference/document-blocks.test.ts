// What the documents show to copy parses and is accepted, and the variables they name are there.
import { parseConfigFile } from '@dcc-mcp/telemetry-config';
import { findPromtool } from '@dcc-mcp/test-kit/prometheus';
import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeFileKeys } from '../../src/config/reference/describe-file.ts';
import { describeVariables } from '../../src/config/reference/describe-variables.ts';
import { issuesOf, namesOf, readYaml } from '../config/config-fixture.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const documents = globSync('**/*.md', {
  cwd: ROOT,
  exclude: (path) => /(?:^|\/)(?:node_modules|dist|\.turbo|\.git)$/.test(path),
})
  .filter((path) => !path.endsWith('CHANGELOG.md'))
  .toSorted();
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Block {
  readonly place: string;
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = documents.flatMap((path) =>
  [...read(path).matchAll(/^( *)```(\w+)[^\n]*\n(.*?)^\1```\s*$/gms)].map(({ index, 2: language, 3: text }) => ({
    place: `${path}:${read(path).slice(0, index).split('\n').length}`,
    language: language!,
    text: text!,
  })),
);

/** Several examples in one block are apart by their comments. */
const jsonTexts = ({ language, text }: Block): readonly string[] =>
  language === 'jsonc' ? text.split(/^\s*\/\/.*$/m).filter((part) => part.trim() !== '') : [text];

/** @throws {Error} For what is no YAML. */
function parseYaml(text: string): unknown {
  const parsed = parseConfigFile(text, 'block.yaml');
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.issues));
  }
  return parsed.value;
}

const values = blocks.flatMap((block): (readonly [string, string, () => unknown])[] => {
  if (block.language === 'yaml' || block.language === 'yml') {
    return [[block.place, block.text, () => parseYaml(block.text)]];
  }
  return block.language === 'json' || block.language === 'jsonc'
    ? jsonTexts(block).map((text) => [block.place, text, () => JSON.parse(text) as unknown])
    : [];
});

describe.each(values)('the block at %s', (_, text, toValue) => {
  test('parses', () => {
    expect(toValue()).toEqual(expect.anything());
  });

  test('is taken by what reads it, without an issue', () => {
    const keys = Object.keys(toValue() as object);
    const isGateways = keys.some((key) => GATEWAY_KEYS.has(key));
    expect(isGateways ? issuesOf(readYaml(text)) : []).toEqual([]);
    const isPrometheus = keys.includes('scrape_configs');
    const check = isPrometheus ? promtool(['check', 'config', '--syntax-only'], text) : undefined;
    expect(check ?? '').toBe('');
  });
});

/** What stands outermost in the gateway's file; no other file of the documents has any of it. */
const GATEWAY_KEYS = new Set(describeFileKeys().map(({ key }) => key.split('.', 1)[0]!));

/** What promtool finds wrong; nothing where the machine has none. */
function promtool(args: readonly string[], text: string): string {
  const program = findPromtool();
  if (program === undefined) {
    return '';
  }
  const folder = mkdtempSync(join(tmpdir(), 'document-blocks-'));
  const file = join(folder, 'checked.yml');
  writeFileSync(file, text);
  const { status, stderr, stdout } = spawnSync(program, [...args, file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

const queries = blocks.filter(({ language }) => language === 'promql');

test('every query of a document is one', () => {
  expect(queries.length).toBeGreaterThan(0);
  const rules = queries.map(({ text }, index) => ({ record: `checked:${index}`, expr: text }));
  expect(promtool(['check', 'rules'], JSON.stringify({ groups: [{ name: 'documents', rules }] }))).toBe('');
});

describe('variables', () => {
  /** Misspelt on purpose, as the README shows what is said of it; and one that only another gateway has. */
  const misspelt = new Set(['OTEL_TRACE_SAMPLER', 'OTEL_ENABLE_OBSERVABILITY']);
  const known = new Set(describeVariables().flatMap(namesOf));
  const NAME = /\b(?:OTEL|DCC_MCP)_[A-Z0-9_]*[A-Z0-9]\b(?![_*])/g;

  test.each(documents)('%s names only those that are there', (path) => {
    const text = read(path);
    const unknown = [...new Set([...text.matchAll(NAME)].map(([name]) => name))].filter(
      (name) => !known.has(name) && !misspelt.has(name),
    );
    expect(unknown).toEqual([]);
  });

  test('the reference has every one, and no other', () => {
    const cells = [...read('docs/reference/environment.md').matchAll(/^\| (`[A-Z0-9_`, ]+`) \|/gm)].flatMap(
      ([, cell]) => cell!.replaceAll('`', '').split(', '),
    );
    expect([...new Set(cells)].toSorted()).toEqual([...known].toSorted());
  });
});
