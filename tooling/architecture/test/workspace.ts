// Reads the workspace as its own drawing sees it: packages, their layers, what their sources import.
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parse } from 'yaml';

export const root: string = join(import.meta.dirname, '../../..');
export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** What this file reads of a `package.json`. */
interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface WorkspacePackage {
  /** Name without the scope. */
  readonly name: string;
  /** Path from the root, `packages/bounds`. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Paths of the source files, from the root. */
  readonly sources: readonly string[];
}

/** All published packages, the gateway last. */
export const publicPackages: readonly WorkspacePackage[] = ['packages/*', 'apps/*']
  .flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: root }).toSorted())
  .map((path) => {
    const folder = path.slice(0, -'/package.json'.length);
    const manifest = JSON.parse(read(path)) as Manifest;
    const sources = globSync(`${folder}/src/**/*.ts`, { cwd: root }).toSorted();
    return { name: manifest.name.replace('@dcc-mcp/', ''), folder, manifest, sources };
  })
  .filter(({ manifest }) => manifest.private !== true);

/** Everything that reaches a user: dependencies, optional and peer ones. */
export function runtimeDependencies({ manifest }: WorkspacePackage): Readonly<Record<string, string>> {
  return { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
}

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g;
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

/** A source without its comments, so that a word in prose is not taken for code. */
export const codeOf = (path: string): string => read(path).replace(COMMENT, '');

const specifiersOf = (path: string): readonly string[] =>
  [...codeOf(path).matchAll(IMPORT)].map(([, specifier]) => specifier!);

/** Each import of another package in a source file. */
export function importsOf(path: string): readonly string[] {
  return specifiersOf(path).filter((each) => !each.startsWith('.'));
}

/** The files of its own package that a source file imports, types included; paths from the root. */
export function localImportsOf(path: string): readonly string[] {
  return specifiersOf(path)
    .filter((each) => each.startsWith('.'))
    .map((each) => posix.join(posix.dirname(path), each));
}

interface Lockfile {
  readonly packages: Readonly<Record<string, unknown>>;
}

/** The versions that the lockfile holds of a package. */
export function lockedVersions(name: string): readonly string[] {
  const { packages } = parse(read('pnpm-lock.yaml')) as Lockfile;
  return Object.keys(packages)
    .filter((key) => key.startsWith(`${name}@`))
    .map((key) => key.slice(name.length + 1).replace(/\(.*$/, ''));
}

/** The versions pinned in one place for the whole workspace. */
export const catalog: Readonly<Record<string, string>> = (
  parse(read('pnpm-workspace.yaml')) as { catalog: Record<string, string> }
).catalog;
