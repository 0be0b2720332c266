#!/usr/bin/env node
// Puts the admin page, as `apps/admin-ui` builds it, beside the code of the gateway: after the bundle, which empties `dist`.
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const gateway = join(import.meta.dirname, '..');
const built = join(gateway, '../admin-ui/dist');
const target = join(gateway, 'dist/page');

if (!existsSync(join(built, 'index.html'))) {
  process.stderr.write(`The gateway gets no page: ${built} is not built; npm run build builds both\n`);
  process.exit(1);
}
rmSync(target, { recursive: true, force: true });
cpSync(built, target, { recursive: true, preserveTimestamps: true });
