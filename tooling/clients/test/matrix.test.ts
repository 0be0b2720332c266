// docs/guides/clients.md: its table says what these tests show, no more and no less, and its blocks are those of README.
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const guide = read('docs/guides/clients.md');

const rows = guide
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const columns = rows.find(([, second]) => second === 'version')!;

/** The files that test each client of the table. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  '`@modelcontextprotocol/inspector`': ['inspector.test.ts'],
  '`mcporter`': ['mcporter.test.ts'],
  '`mcp-remote`': ['mcp-remote.test.ts', 'promises.ts'],
  '`@modelcontextprotocol/sdk`': ['sdk-v1.test.ts', 'promises.ts'],
  '`@modelcontextprotocol/client`': ['sdk-v2.test.ts', 'promises.ts'],
  '`mcp` (Python)': ['python-sdk.test.ts', 'promises.ts'],
};

/** What shows an ability in the source of a test. */
const SHOWN_BY: Readonly<Record<string, RegExp>> = {
  list: /lists the tools/,
  search: /finds each tool by its name|by a search|searches, and calls/,
  call: /calls a tool/,
  'reason of a failure': /why a tool failed/,
  image: /(sees|saves) an image/,
  progress: /hears the progress/,
  cancel: /cancels a call/,
  resources: /lists and reads resources/,
  prompts: /gets (a )?prompt/,
  roots: /gives its roots/,
  elicitation: /which it gives or declines/,
  sampling: /lends its model/,
  '2026-07-28': /'auto'\]|'modern'\]/,
};

const titlesOf = (files: readonly string[]): string =>
  files.map((file) => read(`tooling/clients/test/${file}`)).join('\n');

test('the table has a column for each ability', () => {
  expect(columns.slice(2)).toEqual(Object.keys(SHOWN_BY));
});

describe.each(Object.entries(FILES))('the row of %s', (client, files) => {
  const row = rows.find(([first]) => first === client) ?? [];

  test('says yes where a test shows it, and nothing else', () => {
    const source = titlesOf(files);
    const shown = Object.values(SHOWN_BY).map((words) => (words.test(source) ? 'yes' : '–'));
    expect(row.slice(2)).toEqual(shown);
  });

  test('names the version that is tested', () => {
    const { dependencies } = JSON.parse(read('tooling/clients/programs/package.json')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    const python = /^mcp==(.+)$/m.exec(read('tooling/clients/programs/requirements.txt'))![1];
    expect(row[1]).toBe(dependencies[client.replaceAll('`', '')] ?? python);
  });
});

test('the proxy for old clients is named with the version that is tested', () => {
  const [, version] = /"mcp-proxy": "(.+)"/.exec(read('tooling/clients/programs/package.json'))!;
  expect(guide).toContain(`[\`mcp-proxy\`](https://www.npmjs.com/package/mcp-proxy) ${version} `);
});

test('the blocks to paste are those of README', () => {
  const blocks = [...read('README.md').matchAll(/^```(?:sh|jsonc)\n(?:claude mcp add|\/\/ Cursor)[^]*?^```$/gm)];
  expect(blocks).toHaveLength(2);
  expect(blocks.map(([block]) => block).filter((block) => !guide.includes(block))).toEqual([]);
});
