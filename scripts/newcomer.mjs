#!/usr/bin/env node
// What a newcomer does: every command block of README.md and docs/guides, in a clean clone with Node and npm alone. Needs
// an installed workspace (`npm test` or `npm start` once) for its own tools; the clone uses none of it.
//   node scripts/newcomer.mjs [--only README.md] [--keep]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = join(root, 'node_modules/.bin/node');
if (existsSync(node)) {
  const args = ['--conditions=@dcc-mcp/source', join(root, 'tooling/newcomer/src/main.ts'), ...process.argv.slice(2)];
  spawn(node, args, { stdio: 'inherit' }).on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
} else {
  console.error('The workspace is not installed: run `npm test` first.');
  process.exitCode = 1;
}
