// Modules of ours that are evaluated when a function of theirs is first called, at once and in the same file.
import { readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** What they bring is large, and most programs have no use for it. They export functions alone. */
const LATE = /\/parse-(?:json|yaml)\.ts$/;
const EXPORTED = /^export (?:(?:async )?function (\w+)|.*)/gm;

export function lateModules() {
  return {
    name: 'late modules',
    setup({ initialOptions: { absWorkingDir }, onResolve, onLoad }) {
      onResolve({ filter: LATE }, ({ path, kind, resolveDir }) => {
        const file = join(resolveDir, path);
        return kind === 'require-call'
          ? { path: file }
          : { path: relative(absWorkingDir, file), namespace: 'late', sideEffects: false, pluginData: { file } };
      });
      onLoad({ filter: /./, namespace: 'late' }, ({ pluginData: { file } }) => ({
        contents: textOf(file),
        resolveDir: dirname(file),
      }));
    },
  };
}

/** esbuild evaluates what is required when it is required. */
function textOf(path) {
  return functionsOf(path)
    .map((name) => `export const ${name} = (...args) => require('./${basename(path)}').${name}(...args);`)
    .join('\n');
}

/** @throws {Error} When something else is exported, for which a function could not stand. */
function functionsOf(path) {
  return Array.from(readFileSync(path, 'utf8').matchAll(EXPORTED), ([line, name]) => {
    if (name === undefined) {
      throw new Error(`${path} is evaluated late, and exports more than functions: ${line}`);
    }
    return name;
  });
}
