// What a reader has to load, of the page as it is built.
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = join(import.meta.dirname, '../../../apps/gateway/dist/page');
const SCRIPTS = readdirSync(join(PAGE, 'assets')).filter((name) => name.endsWith('.js'));
const KILOBYTE = 1_000;

const read = (name: string): string => readFileSync(join(PAGE, name), 'utf8');
const sizeOf = (name: string): number => statSync(join(PAGE, 'assets', `${name}.gz`)).size;
const sum = (names: Iterable<string>): number => Array.from(names, sizeOf).reduce((all, each) => all + each, 0);

/** What a script imports at once. What `import()` names comes when it is used. */
function importsOf(name: string): readonly string[] {
  const found = read(join('assets', name)).matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([\w.-]+\.js)["']/g);
  return Array.from(found, ([, file]) => file!);
}

/** A script with all that it can't run without. */
function withImports(name: string, known: Set<string> = new Set()): ReadonlySet<string> {
  if (!known.has(name)) {
    known.add(name);
    importsOf(name).forEach((each) => withImports(each, known));
  }
  return known;
}

test('all scripts together are at most 150 kB, as gzip', () => {
  expect(sum(SCRIPTS)).toBeLessThanOrEqual(150 * KILOBYTE);
});

test('the first load of any panel is at most 60 kB of script, as gzip', () => {
  const [, entry = ''] = /src="\.\/assets\/([^"]+\.js)"/.exec(read('index.html')) ?? [];
  const first = withImports(entry);
  const panels = SCRIPTS.filter((name) => /-panel-/.test(name));
  const loads = panels.map((name) => [name, sum(withImports(name, new Set(first)))] as const);
  expect(panels.length).toBeGreaterThan(1);
  expect(loads.filter(([, bytes]) => bytes > 60 * KILOBYTE)).toEqual([]);
});

test('what only the gateway says to callers is not in it', () => {
  expect(SCRIPTS.filter((name) => read(join('assets', name)).includes('recommendedNextAction'))).toEqual([]);
});

test('nothing names another host, and nothing stands inline', () => {
  const html = read('index.html');
  expect(html).not.toMatch(/<style|style="|\son\w+="|<script(?![^>]*\bsrc=)/);
  expect(html.match(/(?:src|href)="(?!\.\/assets\/)/g)).toBeNull();
});
