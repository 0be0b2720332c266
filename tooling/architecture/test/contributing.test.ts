// CONTRIBUTING says for ten changes which files to touch: at most three each, and all of them there.
import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { read, root } from './workspace.ts';

const MAX_FILES = 3;

const rows = [...read('CONTRIBUTING.md').matchAll(/^\| (an? [^|]+?) +\| (.+?) +\|$/gm)].map(
  ([, change, files]) => [change!, files!] as const,
);

function pathsIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+\/[^`]*)`/g)]
    .map(([, path]) => path!)
    .filter((path) => !/[<{]/.test(path))
    .map((path) => (path.startsWith('src/') ? `apps/gateway/${path}` : path));
}

test('names the changes that are made most', () => {
  expect(rows.length).toBeGreaterThanOrEqual(10);
});

describe.each(rows)('%s', (_change, files) => {
  test('touches at most three places', () => {
    expect(files.split(';').length).toBeLessThanOrEqual(MAX_FILES);
  });

  test('in files and folders that are there', () => {
    const bases = ['', 'apps/gateway', 'packages/prometheus-bridge'];
    const missing = pathsIn(files).filter((path) => !bases.some((base) => existsSync(join(root, base, path))));
    expect(missing).toEqual([]);
  });
});
