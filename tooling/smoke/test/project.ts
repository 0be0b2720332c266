// Packs every public package and installs the tarballs, with npm, into an empty project outside the workspace.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/** What this file reads of a `package.json`. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly packageManager?: string;
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

// Jest's own flags would change what a stranger's Node does.
const env: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
};
delete env['NODE_OPTIONS'];

/** Runs a program to its end and gives its stdout; throws, with both outputs, when it fails. */
export function run(file: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(file, args, { cwd, encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${file} ${args.join(' ')} failed:\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}

/** A project of a stranger with all our packages in it. */
export interface StrangersProject {
  readonly folder: string;
  /** The tarball of a package. */
  tarball(name: string): string;
  remove(): void;
}

/** Packs and installs; needs the packages built. Off-line it needs one earlier run on this machine. */
export function createStrangersProject(): StrangersProject {
  const folder = mkdtempSync(join(tmpdir(), 'dcc-mcp-smoke-'));
  const packageManager = readManifest(root).packageManager ?? 'pnpm';
  const filters = ['--filter', './packages/*', '--filter', './apps/*'];
  run(
    'npx',
    ['--yes', '--prefer-offline', packageManager, '-r', ...filters, 'pack', '--pack-destination', folder],
    root,
  );
  const tarball = (name: string): string => {
    const { manifest } = publicPackages.find((each) => each.manifest.name === name) ?? {};
    return join(folder, `${name.replace('@', '').replace('/', '-')}-${manifest?.version}.tgz`);
  };
  const dependencies = Object.fromEntries(
    publicPackages.map(({ manifest: { name } }) => [name, `file:${tarball(name)}`]),
  );
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stranger', private: true, dependencies }));
  run(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'],
    folder,
  );
  return { folder, tarball, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
