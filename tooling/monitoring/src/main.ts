// Writes every generated file:
//   pnpm --filter @dcc-mcp/monitoring generate
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generate } from './files.ts';

const root = join(import.meta.dirname, '../../..');

for (const { path, text } of generate()) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  process.stdout.write(`${path}\n`);
}
