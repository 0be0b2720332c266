import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The panels as they stand in the address, in the order of the navigation: known before anything runs. */
export function panelNames(): readonly string[] {
  const table = readFileSync(join(import.meta.dirname, '../../../../apps/admin-ui/src/shell/panels.ts'), 'utf8');
  return Array.from(table.matchAll(/^ {4}id: '(\w+)'/gm), ([, name]) => name!);
}
