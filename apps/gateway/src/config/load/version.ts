import { readFileSync } from 'node:fs';
import { asObject, textOf } from '../../protocol/json-rpc.ts';

/** Version of this package, from its manifest. */
export const VERSION: string = readVersion();

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  return textOf(asObject(manifest)?.['version']);
}
