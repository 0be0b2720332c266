// Pages of Markdown that scripts write from data.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

/** A table; its cells are Markdown already. @throws {TypeError} Where a row lacks one. */
export function table(head, rows) {
  const short = rows.find((cells) => cells.length !== head.length || cells.includes(undefined));
  if (short !== undefined) {
    throw new TypeError(`a row without all of ${head.join(', ')}: ${JSON.stringify(short)}`);
  }
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Writes a page of the repository; with `--check` on the command line only says that it is stale, and ends with 1. */
export function writePage(path, text) {
  const file = new URL(`../../${path}`, import.meta.url);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is stale: run node scripts/${basename(process.argv[1])}`);
    process.exitCode = 1;
  }
}
