// Installs of our packages as a stranger gets them: tarballs that npm puts into an empty folder; and what they take.
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const BYTES_PER_BLOCK = 512; // POSIX, whatever the file system's own is
const env = { ...process.env, PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter) };
delete env.NODE_OPTIONS;

function run(file, args, cwd) {
  execFileSync(file, args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Installs `names` and what they need into `folder`; others of ours come from `tarballs`, too. */
export function install(folder, names, tarballs) {
  const ours = Array.from(tarballs, ([name, path]) => [name, `file:${path}`]);
  const manifest = {
    name: 'stranger',
    private: true,
    dependencies: Object.fromEntries(ours.filter(([name]) => names.includes(name))),
    overrides: Object.fromEntries(ours.filter(([name]) => !names.includes(name))),
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  run(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'],
    folder,
  );
}

/** What the files below `folder` hold, and the blocks that they take, folders included; in MB of 1,000,000 bytes. */
export function sizeOf(folder) {
  const { bytes, disk, files } = bytesOf(folder);
  return { disk: toMegabytes(disk), held: toMegabytes(bytes), files };
}

function toMegabytes(bytes) {
  return Number((bytes / 1e6).toFixed(1));
}

function bytesOf(folder) {
  const total = { bytes: 0, disk: lstatSync(folder).blocks * BYTES_PER_BLOCK, files: 0 };
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const inner = bytesOf(path);
      total.bytes += inner.bytes;
      total.disk += inner.disk;
      total.files += inner.files;
    } else if (entry.isFile()) {
      const { size, blocks } = lstatSync(path);
      total.bytes += size;
      total.disk += blocks * BYTES_PER_BLOCK;
      total.files += 1;
    }
  }
  return total;
}

/** The packages directly in `node_modules`, by name, with the size of each. */
export function packagesIn(folder) {
  const modules = join(folder, 'node_modules');
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((each) => `${name}/${each}`) : name,
    )
    .map((name) => Object.assign({ name }, sizeOf(join(modules, name))))
    .toSorted((one, other) => other.disk - one.disk);
}

/** How often `name` lies anywhere in the tree. */
export function copiesOf(folder, name) {
  const own = existsSync(join(folder, 'node_modules', name)) ? 1 : 0;
  const nested = packagesIn(folder).filter((each) =>
    existsSync(join(folder, 'node_modules', each.name, 'node_modules', name)),
  );
  return own + nested.length;
}
