// The licences of the packages that a bundle holds, in one file beside it.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The files of which a bundle of esbuild holds something. */
export function filesOf(metafile) {
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
}

/** Writes `dist/third-party-licences.txt`, where any of the files in a bundle is from outside. */
export function writeLicences(folder, used) {
  const packages = new Map();
  for (const path of used.filter((each) => each.includes('node_modules/'))) {
    const home = homeOf(resolve(folder, path));
    const { name, version, license } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    packages.set(`${name}@${version}`, { home, license });
  }
  const holders = new Map();
  for (const [name, about] of [...packages].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const text = licenceOf(name, about);
    holders.set(text, [...(holders.get(text) ?? []), `${name} (${about.license})`]);
  }
  if (holders.size > 0) {
    const head = 'The code in this folder holds parts of these packages.\n';
    const texts = [...holders].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`);
    writeFileSync(join(folder, 'dist/third-party-licences.txt'), [head, ...texts].join(`\n${'-'.repeat(80)}\n\n`));
  }
}

/** The folder of the package that a file belongs to: a `package.json` without a name only marks the kind of modules. */
function homeOf(file) {
  let home = dirname(file);
  while (
    !existsSync(join(home, 'package.json')) ||
    !JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version
  ) {
    home = dirname(home);
  }
  return home;
}

function licenceOf(name, { home, license }) {
  const files = readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(licen[cs]e|notice|copying)/i.test(entry.name))
    .map(({ name: file }) => file);
  if (files.length === 0 && license === undefined) {
    throw new Error(`${name} says nothing about its licence: it can't be put into a bundle`);
  }
  return files.map((file) => readFileSync(join(home, file), 'utf8').trim()).join('\n\n');
}
