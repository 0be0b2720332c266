import { readFileSync, statSync } from 'node:fs';
import type { Secret } from '../table/table.ts';

/**
 * Gives a secret's text each time it is asked for; one that stands in a file is read again when the file has changed.
 *
 * @throws {Error} At once, when the file can't be read; later a file that has gone, or is empty, keeps its last text.
 */
export function secretReader(secret: Secret): () => string {
  if ('text' in secret) {
    return () => secret.text;
  }
  const { file } = secret;
  let modifiedAt = statSync(file).mtimeMs;
  let text = readSecretFile(file);
  return () => {
    const now = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (now !== undefined && now !== modifiedAt) {
      modifiedAt = now;
      // Whoever writes it anew empties it first.
      text = readSecretFile(file) || text;
    }
    return text;
  };
}

/** Neither a trailing line break nor the mark that some editors begin with is part of a secret. */
function readSecretFile(file: string): string {
  return readFileSync(file, 'utf8')
    .replace(/^\uFEFF/, '')
    .replace(/\r?\n$/, '');
}

/** The same for a bearer token, as authentication wants it. */
export function bearerTokens(secret: Secret): () => readonly string[] {
  const read = secretReader(secret);
  return () => [read()];
}
