// `mcpServers` entries of the real servers that the end-to-end tests put behind the gateway.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const packageFile = (name: string, path: string): string =>
  join(dirname(require.resolve(`${name}/package.json`)), path);

/** The reference server with a bit of every feature. */
export const everything = {
  command: process.execPath,
  args: [packageFile('@modelcontextprotocol/server-everything', 'dist/index.js')],
};

/** The reference file server, on one folder. */
export const filesystem = (folder: string) => ({
  command: process.execPath,
  args: [packageFile('@modelcontextprotocol/server-filesystem', 'dist/index.js'), folder],
});

/** Our server that behaves like a Maya session. */
export const maya = {
  command: process.execPath,
  args: [require.resolve('@dcc-mcp/example-demo-dcc')],
  dccType: 'maya',
  affinity: 'main',
};
