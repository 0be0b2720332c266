// Packs every public package and installs the tarballs, with npm, into an empty project outside the workspace.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from './run.ts';

/** What this file reads of a `package.json`. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The folders of all packages that are published. */
export const publicPackages: readonly { readonly folder: string; readonly manifest: Manifest }[] = ['packages', 'apps']
  .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
  .filter((folder) => existsSync(join(folder, 'package.json')))
  .map((folder) => ({ folder, manifest: readManifest(folder) }))
  .filter(({ manifest }) => manifest.private !== true);

/** What can be imported: the package's name and each subpath of its `exports` that is code, not data. */
export function entryPoints({ name, exports }: Manifest): readonly string[] {
  return Object.keys(exports ?? {})
    .filter((subpath) => !subpath.endsWith('.json'))
    .map((subpath) => join(name, subpath));
}

/** A project of a stranger with all our packages in it. */
export interface StrangersProject {
  readonly folder: string;
  /** A folder for projects with one package each; not inside the other, or npm would install there. */
  readonly examples: string;
  /** The tarball of a package. */
  tarball(name: string): string;
  /** The line for each package that `npm run pack` says installs it. */
  installLines(): ReadonlyMap<string, string>;
}

const FOLDER = 'DCC_MCP_SMOKE_FOLDER';
const SAID = 'pack.txt';

/** The project that `createStrangersProject` made for this run of the tests. */
export function openStrangersProject(folder: string = process.env[FOLDER] ?? ''): StrangersProject {
  const tarball = (name: string): string => {
    const { manifest } = publicPackages.find((each) => each.manifest.name === name) ?? {};
    return join(folder, `${name.replace('@', '').replace('/', '-')}-${manifest?.version}.tgz`);
  };
  const installLines = (): ReadonlyMap<string, string> => {
    const said = readFileSync(join(folder, SAID), 'utf8');
    return new Map(Array.from(said.matchAll(/^(@\S+)\n {2}(npm install .+)$/gm), ([, name, line]) => [name!, line!]));
  };
  return { folder, examples: `${folder}-examples`, tarball, installLines };
}

/** Packs and installs once for all test files; needs the packages built. Off-line it needs one earlier run on this machine. */
export function createStrangersProject(): void {
  const folder = mkdtempSync(join(tmpdir(), 'dcc-mcp-smoke-'));
  process.env[FOLDER] = folder;
  writeFileSync(join(folder, SAID), run(process.execPath, ['scripts/pack.mjs', folder], root));
  const { tarball } = openStrangersProject(folder);
  const dependencies = Object.fromEntries(
    publicPackages.map(({ manifest: { name } }) => [name, `file:${tarball(name)}`]),
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stranger', private: true, dependencies }));
  run(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'],
    folder,
  );
}

/** What the tests left behind. */
export function removeStrangersProject(): void {
  const folder = process.env[FOLDER];
  if (folder !== undefined) {
    rmSync(folder, { recursive: true, force: true });
    rmSync(openStrangersProject(folder).examples, { recursive: true, force: true });
  }
}
