#!/usr/bin/env node
// Puts the admin page, as `apps/admin-ui` builds it, beside the code of the gateway: after the bundle, which empties `dist`.
// Only files that the page names go along: a build that a cache put over an older one leaves that one's files behind.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const gateway = join(import.meta.dirname, '..');
const built = join(gateway, '../admin-ui/dist');
const target = join(gateway, 'dist/page');
const PACKED = ['', '.gz', '.br'];

if (!existsSync(join(built, 'index.html'))) {
  process.stderr.write(`The gateway gets no page: ${built} is not built; npm run build builds both\n`);
  process.exit(1);
}

/** The files that `path` names, and those that they name. */
function namedBy(path, assets, found = new Set()) {
  const text = readFileSync(join(built, path), 'utf8');
  for (const name of assets.filter((each) => !found.has(each) && text.includes(each))) {
    found.add(name);
    namedBy(join('assets', name), assets, found);
  }
  return found;
}

const assets = readdirSync(join(built, 'assets')).filter((name) => !/\.(?:gz|br)$/.test(name));
const named = [...namedBy('index.html', assets)].map((name) => join('assets', name));
rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, 'assets'), { recursive: true });
for (const path of ['index.html', ...named].flatMap((each) => PACKED.map((ending) => each + ending))) {
  if (existsSync(join(built, path))) {
    cpSync(join(built, path), join(target, path), { preserveTimestamps: true });
  }
}
