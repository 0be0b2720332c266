import { writeLicences } from '@dcc-mcp/bundle/licences';
import { defineConfig } from 'vite';

/** Everything is relative, so that the page works below any path and behind a proxy. */
const RELATIVE = './';

const LISTS = /src\/(?:api|state|parts\/(?:empty|list|peek|query|value))\/.*\.tsx?$/;

/** Says whose code is in the page, beside it. */
function licences() {
  const used = new Set();
  return {
    name: 'licences',
    generateBundle(_, bundle) {
      for (const { modules = {} } of Object.values(bundle)) {
        Object.entries(modules)
          .filter(([id, { renderedLength }]) => renderedLength > 0 && !id.startsWith('\0'))
          .forEach(([id]) => used.add(id.split('?')[0]));
      }
    },
    closeBundle() {
      writeLicences(import.meta.dirname, [...used]);
    },
  };
}

export default defineConfig({
  base: RELATIVE,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  resolve: { conditions: ['@dcc-mcp/source', 'module', 'browser', 'development|production'] },
  plugins: [licences()],
  build: {
    target: 'es2023',
    // The policy of the page allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssMinify: true,
    reportCompressedSize: false,
    // What every list needs is one script: a dozen small ones pack worse, each on its own.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'lists', test: LISTS }] } } },
  },
  // `npm run dev --workspace` beside a gateway on its usual port.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:9765/admin', changeOrigin: true } } },
});
