#!/usr/bin/env node
// Puts the admin page, as `apps/admin-ui` builds it, beside the code of the gateway: after the bundle, which empties `dist`.
// Only what its document reaches: a build that a cache puts over an older one leaves that one's files behind.
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const gateway = join(import.meta.dirname, '..');
const built = join(gateway, '../admin-ui/dist');
const target = join(gateway, 'dist/page');
const DOCUMENT = 'index.html';
const LICENCES = 'third-party-licences.txt';
const CODINGS = ['', '.br', '.gz'];
/** `calls-panel-C9lh6ceL.js`: a name with the hash of its file. */
const NAME = /[\w.-]+-[\w-]{8}\.\w+/g;

/** Files that the document names, and those that they name. */
function reached() {
  const files = new Set([DOCUMENT]);
  for (const file of files) {
    const names = readFileSync(join(built, file), 'latin1').match(NAME) ?? [];
    names
      .map((name) => `assets/${name}`)
      .filter((path) => existsSync(join(built, path)))
      .forEach((path) => files.add(path));
  }
  return files;
}

if (!existsSync(join(built, DOCUMENT))) {
  process.stderr.write(`The gateway gets no page: ${built} is not built; npm run build builds both\n`);
  process.exit(1);
}
rmSync(target, { recursive: true, force: true });
for (const file of [...reached(), LICENCES]) {
  CODINGS.map((coding) => file + coding)
    .filter((path) => existsSync(join(built, path)))
    .forEach((path) => cpSync(join(built, path), join(target, path), { preserveTimestamps: true }));
}
