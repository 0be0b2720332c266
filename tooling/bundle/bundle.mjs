#!/usr/bin/env node
// Makes the `dist` of the package in the working directory, after `tsc -b` wrote its declarations to `.tsbuild/types`:
// one file of code for each entry of `exports` and `bin`, chunks for what several share or what loads when it is used.
// A `dependency` or `peerDependency` stays an import; any other package is put in, and its licence beside it.
import { build } from 'esbuild';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { costlyBuiltins } from './builtins.mjs';
import { chunkNames, renamed } from './chunk-names.mjs';
import { publishDeclarations } from './declarations.mjs';
import { lateModules } from './late-modules.mjs';
import { filesOf, writeLicences } from './licences.mjs';
import {
  inlineVersions,
  lazyRequires,
  oneCopy,
  oneLanguage,
  partsOf,
  withoutRedisCommands,
  withoutUnused,
  workerPrograms,
} from './plugins.mjs';
import { tidySources } from './source-maps.mjs';

const folder = process.cwd();
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const outside = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
const flags = new Set(process.argv.slice(2));
const hasTypes = (name) => outside.some((each) => name === each || name.startsWith(`${each}/`));
/** With `--sdk` the SDK of OpenTelemetry is put in, for two hundred modules less to open; its types stay imports. */
const isSdk = (name) => flags.has('--sdk') && /^@opentelemetry\/(?!api)/.test(name);
const isOutside = (name) => hasTypes(name) && !isSdk(name);

/** Each file of `dist` that the manifest names, without its ending. */
const entries = [
  ...Object.values(manifest.exports ?? {}).map((target) => target.default),
  ...Object.values(manifest.bin ?? {}),
]
  .filter((path) => path?.startsWith('./dist/'))
  .map((path) => path.slice('./dist/'.length).replace(/\.js$/, ''));

// What CommonJS packages find in their own modules.
const COMMONJS = "import { createRequire as __createRequire } from 'node:module';";

const usesNode = flags.has('--node');

const { metafile, outputFiles } = await build({
  write: false,
  absWorkingDir: folder,
  entryPoints: Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`])),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: usesNode ? 'node' : 'neutral',
  mainFields: ['module', 'main'],
  conditions: ['@dcc-mcp/source'],
  target: 'node22.15',
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  ...(flags.has('--commonjs') && {
    banner: { js: `${COMMONJS} const require = __createRequire(import.meta.url);` },
  }),
  plugins: [
    costlyBuiltins(),
    lateModules(),
    workerPrograms(),
    externals(),
    oneCopy(),
    partsOf(),
    withoutRedisCommands(),
    withoutUnused(),
    oneLanguage(),
    inlineVersions(),
    lazyRequires(isOutside),
  ],
});
if (flags.has('--metafile')) {
  writeFileSync('.tsbuild/metafile.json', JSON.stringify(metafile));
}
// Only now, so that what was there stays when this build fails.
rmSync(join(folder, 'dist'), { recursive: true, force: true });
const names = chunkNames(metafile);
for (const { path, text } of outputFiles) {
  const target = join(dirname(path), renamed(basename(path), names));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, path.endsWith('.map') ? tidySources(text) : renamed(text, names));
}
Object.values(manifest.bin ?? {}).forEach((path) => chmodSync(join(folder, path), 0o755));
writeLicences(folder, filesOf(metafile));
publishDeclarations({ folder, entries, isOutside: hasTypes });

/** By name, not by path: what is put in resolves as this package, or as the one that imports it, would. */
function externals() {
  return {
    name: 'externals',
    setup({ onResolve }) {
      onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
        kind !== 'entry-point' && (path.startsWith('node:') || isOutside(path)) ? { path, external: true } : undefined,
      );
    },
  };
}
