// A page in another language is level with the English one: the same headings, the same code, tables of the same size.
import { describe, expect, test } from '@jest/globals';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { read, root } from './workspace.ts';

const pages = globSync('docs/zh-CN/*.md', { cwd: root })
  .toSorted()
  .map((path) => {
    const name = path.split('/').at(-1)!;
    const original = [`docs/guides/${name}`, `docs/${name}`].find((each) => existsSync(join(root, each)));
    return [path, original ?? 'nothing'] as const;
  });

const FENCE = /^( *)```(\w*)\n(.*?)^\1```$/gms;
const prose = (text: string): string => text.replace(FENCE, '');

const headings = (text: string): readonly string[] =>
  [...prose(text).matchAll(/^(#{1,6}) /gm)].map(([, level]) => level!);

/** Language and text; a comment in code may be translated. */
const blocks = (text: string): readonly string[] =>
  [...text.matchAll(FENCE)].map(([, , language, code]) => `${language}\n${code!.replace(/(^|\s)(#|\/\/) .*$/gm, '')}`);

/** Rows and columns of each table. */
function tables(text: string): readonly (readonly [rows: number, columns: number])[] {
  return [...prose(text).matchAll(/(?:^\|.*\n)+/gm)].map(([table]) => {
    const rows = table.trim().split('\n');
    return [rows.length, rows[0]!.replaceAll(String.raw`\|`, '').split('|').length - 2] as const;
  });
}

describe.each(pages)('%s', (path, original) => {
  test('is a translation of a page that is there, and each leads to the other', () => {
    expect(original).not.toBe('nothing');
    const way = original.replace('docs/', '../');
    expect(read(path)).toContain(`[English](${way})`);
    expect(read('docs/README.md')).toContain(`([简体中文](${path.replace('docs/', '')}))`);
  });

  test('has the same headings', () => {
    expect(headings(read(path))).toEqual(headings(read(original)));
  });

  test('has the same code', () => {
    expect(blocks(read(path))).toEqual(blocks(read(original)));
  });

  test('has tables of the same size', () => {
    expect(tables(read(path))).toEqual(tables(read(original)));
  });
});
