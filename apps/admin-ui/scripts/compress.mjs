// Puts a gzip and a Brotli twin beside each file of `dist`: the gateway hands out what a browser takes, and packs nothing.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const TEXT = /\.(?:html|js|css|svg|json)$/;

for (const name of readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((each) => TEXT.test(each))) {
  const bytes = readFileSync(DIST + name);
  writeFileSync(`${DIST}${name}.gz`, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
  writeFileSync(`${DIST}${name}.br`, brotliCompressSync(bytes));
}
