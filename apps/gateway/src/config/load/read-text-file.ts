import { closeSync, openSync, readSync } from 'node:fs';
import { codeOf } from '../../protocol/thrown-error.ts';

/** Bound of a file of settings in bytes: thousands of servers. Reading that much YAML takes a second or two. */
const MAX_FILE_BYTES = 1024 * 1024;

export type TextFile =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; /** In words. */ readonly problem: string };

/** Reads a file of settings. Devices and pipes that never end are read up to the bound, like any other file. */
export function readTextFile(path: string): TextFile {
  let bytes: Buffer;
  try {
    bytes = readBounded(path);
  } catch (error) {
    return { ok: false, problem: `it can't be read (${codeOf(error)})` };
  }
  if (bytes.length > MAX_FILE_BYTES) {
    return { ok: false, problem: `it is longer than ${MAX_FILE_BYTES} bytes` };
  }
  if (bytes.includes(0)) {
    return { ok: false, problem: 'it is not text in UTF-8: it holds zero bytes' };
  }
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { ok: false, problem: 'it is not text in UTF-8' };
  }
}

/** At most one byte more than the bound. */
function readBounded(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const parts: Buffer[] = [];
    let size = 0;
    while (size <= MAX_FILE_BYTES) {
      const part = Buffer.allocUnsafe(64 * 1024);
      const length = readSync(descriptor, part, 0, part.length, null);
      if (length === 0) {
        break;
      }
      parts.push(part.subarray(0, length));
      size += length;
    }
    return Buffer.concat(parts);
  } finally {
    closeSync(descriptor);
  }
}
