// What a bundle needs to know about our sources.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `VERSION` is a constant: the manifest of each package is read here, not when the program starts. */
export function inlineVersions() {
  return {
    name: 'versions',
    setup({ onLoad }) {
      onLoad({ filter: /[/\\](packages|apps)[/\\][^/\\]+[/\\]src[/\\].*[/\\]version\.ts$/ }, ({ path }) => {
        const { version } = JSON.parse(
          readFileSync(join(dirname(path), '../'.repeat(depth(path)), 'package.json'), 'utf8'),
        );
        return { contents: `export const VERSION = ${JSON.stringify(version)};`, loader: 'ts' };
      });
    },
  };
}

/** How many folders lie between a file and its package. */
function depth(path) {
  return path.split(/[/\\]src[/\\]/)[1].split(/[/\\]/).length;
}

const LAZY = /createRequire\(import\.meta\.url\)\('([^']+)'\)/g;

/** A package that our code loads at once, when it is first used, is put in as well, and still runs only then. */
export function lazyRequires(isOutside) {
  return {
    name: 'lazy requires',
    setup({ onLoad }) {
      onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        const contents = text.replace(LAZY, (whole, name) => (isOutside(name) ? whole : `require('${name}')`));
        return contents === text ? undefined : { contents, loader: 'ts' };
      });
    },
  };
}

/** What is loaded lazily is the same module that others import: a second copy, of CommonJS, would have a state of its own. */
export function oneCopy() {
  return {
    name: 'one copy',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^[^./]/ }, ({ path, kind, importer, resolveDir }) =>
        kind === 'require-call' && importer.endsWith('.ts')
          ? resolve(path, { kind: 'import-statement', importer, resolveDir })
          : undefined,
      );
    },
  };
}

/** Packages whose modules do nothing but define: what nobody uses of them is left out. */
const ONLY_DEFINES = /(^|\/)@modelcontextprotocol\/(server|core)\b/;

export function withoutUnused() {
  const asked = Symbol('asked');
  return {
    name: 'without unused',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /./ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === asked || !(ONLY_DEFINES.test(path) || ONLY_DEFINES.test(importer))) {
          return undefined;
        }
        const found = await resolve(path, { kind, importer, resolveDir, pluginData: asked });
        return { ...found, sideEffects: false };
      });
    },
  };
}

/** Commands that the client of Redis sends by itself; ours are sent as they are written. */
const REDIS_COMMANDS = ['AUTH', 'CLIENT_SETNAME', 'READONLY', 'CLUSTER_SLOTS'];

/** Leaves out a method of the client for each of the hundreds of commands that there are: a megabyte, and 100 ms of a start. */
export function withoutRedisCommands() {
  return {
    name: 'without Redis commands',
    setup({ onLoad }) {
      onLoad({ filter: /[/\\]@redis[/\\]client[/\\]dist[/\\]lib[/\\]commands[/\\]index\.js$/ }, () => {
        const members = REDIS_COMMANDS.flatMap((name) => {
          const method = name.toLowerCase().replaceAll(/_(.)/g, (_, letter) => letter.toUpperCase());
          return [...new Set([name, method])].map((each) => `${each}: require('./${name}').default`);
        });
        return {
          contents: `exports.__esModule = true; exports.default = exports.NON_STICKY_COMMANDS = { ${members.join(', ')} };`,
          loader: 'js',
        };
      });
    },
  };
}

/** The ones of our code by their files: the package's own entry loads all the others, too. */
const PARTS = {
  undici: {
    Pool: 'undici/lib/dispatcher/pool.js',
    Agent: 'undici/lib/dispatcher/agent.js',
    buildConnector: 'undici/lib/core/connect.js',
    errors: 'undici/lib/core/errors.js',
  },
  'rate-limiter-flexible': {
    RateLimiterMemory: 'rate-limiter-flexible/lib/RateLimiterMemory.js',
    RateLimiterRedis: 'rate-limiter-flexible/lib/RateLimiterRedis.js',
    RateLimiterRes: 'rate-limiter-flexible/lib/RateLimiterRes.js',
  },
};

/** Takes from large packages of one entry only what is used. A name that is missing above fails the build. */
export function partsOf() {
  return {
    name: 'parts of packages',
    setup({ onResolve, onLoad, resolve }) {
      const names = Object.keys(PARTS).join('|');
      onResolve({ filter: new RegExp(`^(${names})$`) }, ({ path, resolveDir, importer }) =>
        importer.endsWith('.ts')
          ? { path, namespace: 'parts', pluginData: { resolveDir }, sideEffects: false }
          : undefined,
      );
      onResolve({ filter: new RegExp(`^(${names})/`), namespace: 'parts' }, async ({ path, kind, pluginData }) => {
        const found = await resolve(path, { kind, resolveDir: pluginData.resolveDir, namespace: 'file' });
        return { ...found, sideEffects: false };
      });
      onLoad({ filter: /./, namespace: 'parts' }, ({ path, pluginData }) => ({
        contents: Object.entries(PARTS[path])
          .map(([name, file]) => `export { default as ${name} } from '${file}';`)
          .join('\n'),
        pluginData,
        resolveDir: pluginData.resolveDir,
      }));
    },
  };
}

/** Texts of zod in one language: the gateway writes its own. */
export function oneLanguage() {
  return {
    name: 'one language',
    setup({ onLoad }) {
      onLoad({ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
        contents: `export { default as en } from './en.js';`,
      }));
    },
  };
}

const WORKER = /new URL\('([^']+)', import\.meta\.url\)/;

/**
 * The program of a worker thread is a text in the bundle, with all that it imports: a file beside it would have another place
 * in each package that the code is put into.
 */
export function workerPrograms() {
  return {
    name: 'worker programs',
    setup({ onLoad, initialOptions: { conditions, target } }) {
      onLoad({ filter: /[/\\]src[/\\].*worker-program\.ts$/ }, async ({ path }) => {
        const [, file] = WORKER.exec(readFileSync(path, 'utf8'));
        const { outputFiles } = await build({
          entryPoints: [join(dirname(path), file)],
          write: false,
          bundle: true,
          minifySyntax: true,
          minifyWhitespace: true,
          format: 'cjs',
          platform: 'node',
          mainFields: ['module', 'main'],
          conditions,
          target,
          legalComments: 'none',
          logLevel: 'warning',
        });
        return { contents: `export const WORKER_PROGRAM = ${JSON.stringify(outputFiles[0].text)};`, loader: 'ts' };
      });
    },
  };
}
