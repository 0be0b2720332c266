// The rooms of the gateway: which folders stand in apps/gateway/src, and which of them may know which.
import { describe, expect, test } from '@jest/globals';
import { dirname, relative } from 'node:path';
import { localImportsOf, publicPackages } from './workspace.ts';

const SRC = 'apps/gateway/src';

/** The floors, lowest first. A room imports rooms of lower floors only: none of its own floor, types included. */
const FLOORS: readonly (readonly string[])[] = [
  ['protocol'],
  ['files'],
  ['catalog', 'upstream', 'config', 'governance'],
  ['search', 'arguments', 'registry', 'jobs'],
  ['recording', 'http'],
  ['operations'],
  ['mcp', 'rest', 'admin'],
  ['cluster'],
  ['assembly'],
  ['gateway.ts'],
  ['run-gateway.ts', 'run-worker.ts'],
  ['cli', 'create-gateway.ts'],
  ['index.ts'],
  ['main.ts'],
];

const files: readonly string[] = publicPackages
  .flatMap(({ sources }) => sources)
  .filter((path) => path.startsWith(`${SRC}/`));

/** The room of a source file: its first folder, or the file itself where it lies at the root. */
function roomOf(path: string): string {
  return relative(SRC, path).split('/')[0]!;
}

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

function arrowsThatDoNotPointDown(room: string): readonly string[] {
  return files
    .filter((path) => roomOf(path) === room)
    .flatMap((path) => localImportsOf(path).map((target) => ({ path, target })))
    .filter(({ target }) => roomOf(target) !== room && floorOf(roomOf(target)) >= floorOf(room))
    .map(({ path, target }) => `${relative(SRC, path)} -> ${relative(SRC, target)}`);
}

test('every folder and every loose file of the gateway has its floor', () => {
  expect([...new Set(files.map(roomOf))].filter((room) => floorOf(room) === -1)).toEqual([]);
});

describe.each([...new Set(files.map(roomOf))])('%s', (room) => {
  test('imports lower floors only', () => {
    expect(arrowsThatDoNotPointDown(room)).toEqual([]);
  });
});

/** Past that a folder gets rooms. */
const MAX_FILES = 13;

test('no folder of a package holds more files than one can keep in mind', () => {
  const counts = new Map<string, number>();
  for (const path of publicPackages.flatMap(({ sources }) => sources)) {
    const folder = dirname(path);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  expect([...counts].filter(([, count]) => count > MAX_FILES)).toEqual([]);
});
