// The types of a package: the declarations that its entries reach, and no others.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const SPECIFIER = /((?:\bfrom|\bimport)\s*\(?\s*['"])([^'"]+)(?=['"])/g;
const MAP_COMMENT = /\n?\/\/# sourceMappingURL=.*\s*$/;

/**
 * Copies them from `.tsbuild/types` to `dist`. Types of a package of ours that is put in come along, under `dist/types`.
 *
 * @throws {Error} When a declaration names a package that whoever installs this one would not have.
 */
export function publishDeclarations({ folder, entries, isOutside }) {
  const types = join(folder, '.tsbuild/types');
  const targets = new Map();
  const queue = entries.map((entry) => join(types, `${entry}.d.ts`)).filter((path) => existsSync(path));
  const place = (path) => {
    const [, home, rest] = /^(.*)[/\\]\.tsbuild[/\\]types[/\\](.*)$/.exec(path);
    return home === folder ? join('dist', rest) : join('dist/types', relative(dirname(home), home), rest);
  };
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (targets.has(path)) {
      continue;
    }
    const target = place(path);
    const text = readFileSync(path, 'utf8').replace(MAP_COMMENT, '\n');
    const copied = text.replace(SPECIFIER, (whole, before, specifier) => {
      const found = find(specifier, { path, folder, isOutside });
      if (found === undefined) {
        return whole;
      }
      queue.push(found);
      return before + toSpecifier(dirname(target), place(found));
    });
    targets.set(path, { target, copied });
  }
  for (const { target, copied } of targets.values()) {
    mkdirSync(dirname(join(folder, target)), { recursive: true });
    writeFileSync(join(folder, target), copied);
  }
}

function toSpecifier(from, to) {
  const path = relative(from, to)
    .replaceAll('\\', '/')
    .replace(/\.d\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}

/** The declaration that `specifier` stands for, `undefined` for one that stays an import. */
function find(specifier, { path, folder, isOutside }) {
  if (specifier.startsWith('.')) {
    return resolve(dirname(path), specifier.replace(/\.[jt]s$/, '.d.ts'));
  }
  if (specifier.startsWith('node:') || isOutside(specifier)) {
    return undefined;
  }
  if (!specifier.startsWith('@dcc-mcp/')) {
    throw new Error(`${relative(folder, path)} names ${specifier}, which is no dependency: its types would be missing`);
  }
  const [, name, sub] = /^@dcc-mcp\/([^/]+)(\/.*)?$/.exec(specifier);
  const home = resolve(folder, '../../packages', name);
  const { exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  return join(home, '.tsbuild/types', exports[`.${sub ?? ''}`].types.replace(/^\.\/dist\//, ''));
}
