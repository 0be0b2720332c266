#!/usr/bin/env node
// Every package as a `.tgz` that npm installs, for whoever has this repository and no registry that has them. Needs them
// built, as `npm run pack` does before:
//   npm run pack [-- FOLDER]      (default packed/)
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { neededTogether, packAll } from '../tooling/smoke/pack.mjs';

const folder = resolve(process.argv[2] ?? fileURLToPath(new URL('../packed', import.meta.url)));
const files = packAll(folder);
const quoted = (path) => (/^[\w@%+=:,./\\-]+$/.test(path) ? path : `"${path}"`);
const lines = Array.from(neededTogether(), ([name, needed]) => {
  const paths = needed.map((each) => quoted(files.get(each)));
  return `${name}\n  npm install ${paths.join(' ')}\n`;
});
process.stdout.write(`${lines.toSorted().join('\n')}
${files.size} packages are in ${folder}. Type the line of one in your own project: it names the package and those of ours that it needs.
`);
