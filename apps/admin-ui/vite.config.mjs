import { writeLicences } from '@dcc-mcp/bundle/licences';
import { defineConfig } from 'vite';

/** Everything is relative, so that the page works below any path and behind a proxy. */
const RELATIVE = './';

/** What every list needs. */
const LISTS = /src\/(?:api|state|parts\/(?:empty|list|peek|query|value))\/.*\.tsx?$/;
/** What is needed once a row of a list is opened. */
const OPENED =
  /src\/(?:parts\/request\/(?:bundle-button|caller|continuity|copy-|later-payloads|later-comparison|no-trace|report-dialog|root-cause)|parts\/trace\/later-trace-body|panels\/traces\/trace-view)/;
/** Of that, what a panel shows without a row that is open. */
const SHARED = /src\/parts\/request\/(?:har-menu|request-forms)/;

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
    // What is loaded together is one script: a dozen small ones pack worse, each on its own.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'lists', test: LISTS },
            { name: 'shared', test: SHARED },
            { name: 'opened', test: OPENED },
          ],
        },
      },
    },
  },
  // `npm run dev --workspace` beside a gateway on its usual port.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:9765/admin', changeOrigin: true } } },
});
