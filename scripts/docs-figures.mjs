// Puts the figures of docs/benchmarks/figures.json into the marked places of the documents; with --check only says which
// documents are stale. A mark is a comment pair:
//   <!-- figure:PATH UNIT -->…<!-- /figure -->   <!-- measured:NAME -->…<!-- /measured -->   <!-- table:NAME -->…<!-- /table -->
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { TABLES } from './lib/figure-tables.mjs';
import { figureAt, figureText, measuredText, readFigures } from './lib/figures.mjs';

const ROOT = new URL('..', import.meta.url);
const DOCUMENTS = [
  '*.md',
  'docs/*.md',
  'docs/guides/*.md',
  'docs/decisions/*.md',
  'packages/*/README.md',
  'apps/*/README.md',
];
const MARK = /<!-- (figure|measured|table):([^>]*?) -->(.*?)<!-- \/\1 -->/gs;

const figures = readFigures();

/** A path may have blanks; a unit stands behind the last one, where there is a unit. */
function figure(mark) {
  const [, path, unit] = /^(.*?)(?: (×|%|µs|ms|ns|MB|MiB|kB|s))?$/.exec(mark);
  return figureText(figureAt(figures, path), unit);
}

const WRITERS = {
  figure,
  measured: (name) => measuredText(figureAt(figures, name).measured),
  table: (name) => `\n\n${TABLES[name](figures)}\n\n`,
};

const filled = (text) =>
  text.replaceAll(MARK, (_, kind, mark) => `<!-- ${kind}:${mark} -->${WRITERS[kind](mark)}<!-- /${kind} -->`);

/** The formatter lays tables out; that makes no document stale. */
const plain = (text) => text.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---');

const stale = [];
for (const path of DOCUMENTS.flatMap((pattern) => globSync(pattern, { cwd: ROOT }))) {
  const file = new URL(path, ROOT);
  const text = readFileSync(file, 'utf8');
  const now = filled(text);
  if (plain(now) !== plain(text)) {
    stale.push(path);
    if (!process.argv.includes('--check')) {
      writeFileSync(file, now);
    }
  }
}
if (stale.length > 0 && process.argv.includes('--check')) {
  console.error(`stale: ${stale.join(', ')}; run node scripts/docs-figures.mjs and npm run format`);
  process.exitCode = 1;
}
