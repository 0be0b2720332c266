// Jest transformer: Node's own type stripping. It keeps every position, so no source map is needed.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

const self = readFileSync(new URL(import.meta.url), 'utf8');

export default {
  process(source) {
    return { code: stripTypeScriptTypes(source, { mode: 'strip' }) };
  },
  getCacheKey(source, filename, { configString, instrument }) {
    return createHash('sha256')
      .update([self, source, filename, configString, instrument ? 'i' : '', process.version].join('\0'))
      .digest('hex');
  },
};
