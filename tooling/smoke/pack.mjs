// Every public package as a tarball, as it would be published, and what of ours each needs to be installed.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PUBLIC = ['packages', 'apps'];

const readManifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The manifests of all packages that are published, by name. */
function publicManifests() {
  const folders = PUBLIC.flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)));
  const manifests = folders.filter((folder) => existsSync(join(folder, 'package.json'))).map(readManifest);
  return new Map(manifests.filter((each) => each.private !== true).map((each) => [each.name, each]));
}

/** Packs every public package into `folder`, and takes older tarballs of ours away; gives the file of each name. Needs them built. */
export function packAll(folder) {
  mkdirSync(folder, { recursive: true });
  const old = readdirSync(folder).filter((name) => /^dcc-mcp-.*\.tgz$/.test(name));
  old.forEach((name) => rmSync(join(folder, name)));
  const filters = PUBLIC.flatMap((parent) => ['--filter', `./${parent}/*`]);
  const pack = ['-r', ...filters, 'pack', '--pack-destination', folder];
  const { packageManager } = readManifest(root);
  execFileSync('npx', ['--yes', '--prefer-offline', packageManager, ...pack], {
    cwd: root,
    env: environment(),
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  const files = Array.from(publicManifests(), ([name, { version }]) => [name, join(folder, fileOf(name, version))]);
  return new Map(files);
}

/** npm and pnpm name a tarball so. */
const fileOf = (name, version) => `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;

/** Without what a test runner wants of Node; with the Node that the repository brings. */
function environment() {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  return { ...env, PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter) };
}

/**
 * A package and those of ours that it needs, directly or not: npm looks for each on the registry that is not named beside it.
 *
 * @returns By name, those of all public packages.
 */
export function neededTogether() {
  const manifests = publicManifests();
  return new Map(Array.from(manifests.keys(), (name) => [name, closureOf(name, manifests)]));
}

function closureOf(name, manifests) {
  const needed = new Set([name]);
  // A set is gone through with what is added meanwhile.
  for (const each of needed) {
    const { dependencies, peerDependencies } = manifests.get(each);
    const ours = Object.keys({ ...dependencies, ...peerDependencies }).filter((other) => manifests.has(other));
    ours.forEach((other) => needed.add(other));
  }
  return [...needed];
}
