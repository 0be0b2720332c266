// Modules of Node that take milliseconds are loaded when a function of theirs is first called, not by whoever imports us.
import { relative } from 'node:path';

/**
 * The costly ones. `crypto`, `http`, `v8` and `zlib` are so themselves. To import any by name makes Node evaluate every name
 * of it, and behind some stand its WebSocket, `fs.promises`, the streams of the process and a parser of arguments.
 */
const COSTLY = /^(?:node:)?(crypto|fs|http|perf_hooks|process|util|v8|zlib)$/;

/** What every function has. One with more, such as `inspect.custom`, is no mere function to those who use it. */
const COMMON_KEYS = new Set(['length', 'name', 'prototype', 'arguments', 'caller']);

/** Reads them by `getBuiltinModule`, which evaluates nothing but what is asked for. */
export function costlyBuiltins() {
  return {
    name: 'costly builtins',
    setup({ initialOptions: { absWorkingDir }, onResolve, onLoad }) {
      onResolve({ filter: COSTLY }, ({ path, kind, importer }) =>
        kind === 'import-statement'
          ? {
              path: `node:${COSTLY.exec(path)[1]}`,
              // One for each importer: what several chunks share is one more file to open.
              suffix: `?${relative(absWorkingDir, importer)}`,
              namespace: 'builtin',
              sideEffects: false,
            }
          : undefined,
      );
      onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({ contents: textOf(path) }));
    },
  };
}

function textOf(path) {
  const names = Object.entries(Object.getOwnPropertyDescriptors(process.getBuiltinModule(path)));
  return [
    'let loaded;',
    `const load = () => (loaded ??= process.getBuiltinModule('${path}'));`,
    'export default /* @__PURE__ */ load();',
    ...names
      .filter(([name]) => /^[A-Za-z]\w*$/.test(name))
      .map(([name, { value }]) =>
        isMereFunction(name, value)
          ? `export const ${name} = (...args) => load().${name}(...args);`
          : `export const ${name} = /* @__PURE__ */ (() => load().${name})();`,
      ),
  ].join('\n');
}

/** No class, by its name. */
function isMereFunction(name, value) {
  return (
    typeof value === 'function' && /^[a-z]/.test(name) && Reflect.ownKeys(value).every((key) => COMMON_KEYS.has(key))
  );
}
