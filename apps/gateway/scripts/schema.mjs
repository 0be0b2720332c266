// Writes schema/gateway-config.schema.json from the table in src; with --check only says whether it is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { gatewayConfigSchema } from '../src/config/reference/schema.ts';

const file = new URL('../schema/gateway-config.schema.json', import.meta.url);
const text = `${JSON.stringify(gatewayConfigSchema, null, 2)}\n`;

if (process.argv.includes('--check')) {
  // As values: the formatter breaks lines in its own way.
  if (`${JSON.stringify(JSON.parse(readFileSync(file, 'utf8')), null, 2)}\n` !== text) {
    process.stderr.write('schema/gateway-config.schema.json is stale: run node scripts/schema.mjs\n');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, text);
}
