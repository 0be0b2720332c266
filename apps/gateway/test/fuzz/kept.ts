// The inputs that failed once, as files: each stays a test.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'kept');

export interface KeptInput {
  readonly file: string;
  readonly input: unknown;
}

/** By name of the file. */
export function readKept(target: string): readonly KeptInput[] {
  const folder = join(FOLDER, target);
  const files = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  return files.map((file) => ({ file, input: JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown }));
}

/** Writes the input to where `readKept` finds it; gives the path. */
export function keep(target: string, input: unknown): string {
  const text = `${JSON.stringify(input, undefined, 2)}\n`;
  const folder = join(FOLDER, target);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${createHash('sha256').update(text).digest('hex').slice(0, 12)}.json`);
  writeFileSync(path, text);
  return path;
}
