import { defineConfig } from 'vite';

/** Everything is relative, so that the page works below any path and behind a proxy. */
const RELATIVE = './';

export default defineConfig({
  base: RELATIVE,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  resolve: { conditions: ['@dcc-mcp/source', 'module', 'browser', 'development|production'] },
  build: {
    target: 'es2023',
    // The policy of the page allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssMinify: true,
    reportCompressedSize: false,
  },
  // `npm run dev --workspace` beside a gateway on its usual port.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:9765/admin', changeOrigin: true } } },
});
