// What else the READMEs show: files that are read as they stand, and commands that are there.
import { parseConfigFile } from '@dcc-mcp/telemetry-config';
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicPackages } from './stranger/project.ts';
import { type CodeBlock, codeBlocks } from './stranger/readme.ts';

/** Languages that a block may have; `text`, or none, is what a program shows. */
const LANGUAGES = new Set(['js', 'ts', 'sh', 'json', 'jsonc', 'yaml', 'promql', 'text', '']);
const PROGRAMS = new Set(['npm', 'npx', 'node', 'curl', 'grep', 'head', 'echo']);
const ours = new Set(publicPackages.flatMap(({ manifest: { name, bin } }) => [name, ...Object.keys(bin ?? {})]));

/** Programs beside the first one that a test of the package itself runs: they need more than Node. */
const RUN_BY_PACKAGE = new Map([['@dcc-mcp/call-store', 1]]);

/** The programs of a block of commands; what is quoted is an argument, and variables may stand in front. */
function programsOf({ code }: CodeBlock): readonly string[] {
  return code
    .replaceAll(/\\\n/g, ' ')
    .replaceAll(/'[^']*'|"[^"]*"/g, 'quoted')
    .replaceAll(/\s#.*$/gm, '')
    .split(/\n|&&|\|/)
    .map((command) => command.trim().replace(/^(?:[A-Z_\d]+=\S*\s+)*/, ''))
    .filter((command) => command !== '');
}

/** What `npx` is to run, if it is `npx`. */
const packageOf = (command: string): string | undefined => /^npx (?:-y |--yes )?(\S+)/.exec(command)?.[1];

describe.each(publicPackages.map(({ folder, manifest: { name } }) => ({ name, folder })))(
  '$name',
  ({ name: ownName, folder }) => {
    const blocks = codeBlocks(readFileSync(join(folder, 'README.md'), 'utf8'));
    const written = (...languages: string[]): readonly CodeBlock[] =>
      blocks.filter(({ language }) => languages.includes(language));

    test('has code in known languages, and JavaScript only where it is run', () => {
      expect(blocks.map(({ language }) => language).filter((language) => !LANGUAGES.has(language))).toEqual([]);
      expect(written('js')).toHaveLength(1 + (RUN_BY_PACKAGE.get(ownName) ?? 0));
    });

    test('shows files that can be read', () => {
      const read = written('json', 'jsonc', 'yaml').map(({ language, code }) =>
        parseConfigFile(code, `block.${language}`),
      );
      expect(read.filter(({ ok }) => !ok)).toEqual([]);
    });

    test('shows commands that are there', () => {
      const commands = written('sh').flatMap(programsOf);
      expect(commands.filter((command) => !PROGRAMS.has(command.split(' ', 1)[0] ?? ''))).toEqual([]);
      const packages = commands.map(packageOf).filter((name) => name !== undefined);
      expect(packages.filter((name) => !ours.has(name))).toEqual([]);
    });
  },
);
