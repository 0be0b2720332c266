import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** Codings that a file is kept in besides as it is, the smaller first. */
export const PAGE_CODINGS = ['br', 'gzip'] as const;

export type PageCoding = (typeof PAGE_CODINGS)[number];

/** One file of the page, in memory. */
export interface PageFile {
  readonly mediaType: string;
  readonly bytes: Buffer<ArrayBuffer>;
  /** The same in the codings that the build made of it. */
  readonly coded: ReadonlyMap<PageCoding, Buffer<ArrayBuffer>>;
  /** Of the bytes; the same for all codings. */
  readonly hash: string;
}

/** The page as it was built: its document, and what that loads. */
export interface PageFiles {
  readonly index: PageFile;
  /** By name, as `index-B7kq2x.js`. */
  readonly assets: ReadonlyMap<string, PageFile>;
}

const SUFFIXES: Readonly<Record<PageCoding, string>> = { br: '.br', gzip: '.gz' };

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** More files than that are none of ours. */
const MAX_ASSETS = 256;

/** Folders from this file up to that of its package, from sources as from a bundle. */
const MAX_DEPTH = 5;

/**
 * Reads the page that the build put beside the code of this package. It is read once, so that no request asks the disk and
 * an upgrade does not mix two pages.
 *
 * @returns `undefined` where it was not built, or can't be read.
 */
export function readPageFiles(folder: string | undefined = ownFolder()): PageFiles | undefined {
  if (folder === undefined) {
    return undefined;
  }
  try {
    const assets = join(folder, 'assets');
    const names = readdirSync(assets).filter((name) => extname(name) in MEDIA_TYPES);
    return {
      index: readPageFile(join(folder, 'index.html')),
      assets: new Map(names.slice(0, MAX_ASSETS).map((name) => [name, readPageFile(join(assets, name))])),
    };
  } catch {
    return undefined;
  }
}

/** `dist/page` of the package that this file belongs to. */
function ownFolder(): string | undefined {
  let folder = import.meta.dirname;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    if (existsSync(join(folder, 'package.json'))) {
      return join(folder, 'dist/page');
    }
    folder = dirname(folder);
  }
  return undefined;
}

function readPageFile(path: string): PageFile {
  const coded = PAGE_CODINGS.flatMap((coding) => {
    const file = path + SUFFIXES[coding];
    return existsSync(file) ? [[coding, readFileSync(file)] as const] : [];
  });
  return toPageFile(MEDIA_TYPES[extname(path)] ?? 'application/octet-stream', readFileSync(path), new Map(coded));
}

function toPageFile(mediaType: string, bytes: PageFile['bytes'], coded: PageFile['coded']): PageFile {
  return { mediaType, bytes, coded, hash: createHash('sha256').update(bytes).digest('base64url').slice(0, 16) };
}

const DEBUG_API = /(<meta name="debug-api" content=")[^"]*/;

/** The document for a page at `adminPath`: its way to `/v1/debug` is relative, and as long as that path is. */
export function indexAt(adminPath: string, index: PageFile): PageFile {
  const text = index.bytes.toString();
  const way = `${'../'.repeat(adminPath.split('/').length - 1)}v1/debug`;
  const placed = text.replace(DEBUG_API, (_, before: string) => before + way);
  if (placed === text) {
    return index;
  }
  const bytes = Buffer.from(placed);
  return toPageFile(
    index.mediaType,
    bytes,
    new Map([
      ['br', brotliCompressSync(bytes)],
      ['gzip', gzipSync(bytes)],
    ]),
  );
}
