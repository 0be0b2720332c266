import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';

/** Of the first byte of a zlib wrapper (RFC 1950); some servers send the data bare. */
const METHOD_BITS = 0x0f;
const DEFLATE = 8;

const DECODERS: Readonly<Record<string, (first: Buffer) => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
  deflate: (first) => (((first[0] ?? 0) & METHOD_BITS) === DEFLATE ? createInflate() : createInflateRaw()),
};

export interface ContentDecoderOptions {
  /** Names of `Content-Encoding`, in lower case. */
  readonly encoding: string;
  readonly onData: (chunk: Buffer) => void;
  readonly onEnd: () => void;
  readonly onError: (error: Error) => void;
}

/** Where the data comes from: it stops while the decoder has enough. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

/** Decodes a body as it comes. What it gives is up to whoever takes it: a few bytes may become very many. */
export class ContentDecoder {
  readonly #options: ContentDecoderOptions;
  #transform: Transform | undefined;

  constructor(options: ContentDecoderOptions) {
    this.#options = options;
  }

  push(chunk: Buffer, source: Pausable): void {
    this.#transform ??= this.#create(chunk);
    if (!this.#transform.write(chunk)) {
      source.pause();
      this.#transform.once('drain', () => source.resume());
    }
  }

  end(): void {
    if (this.#transform === undefined) {
      this.#options.onEnd(); // there was no body
    } else {
      this.#transform.end();
    }
  }

  destroy(): void {
    this.#transform?.destroy();
  }

  #create(first: Buffer): Transform {
    const { encoding, onData, onEnd, onError } = this.#options;
    const create = DECODERS[encoding];
    if (create === undefined) {
      throw new Error(`no decoder for ${encoding}`);
    }
    return create(first).on('data', onData).on('end', onEnd).on('error', onError);
  }
}

/**
 * The encoding of a body, by its header (RFC 9110, "Content-Encoding"); `undefined` where there is none.
 *
 * @returns `isKnown` is false for an encoding that can't be decoded, and for several on top of each other.
 */
export function readContentEncoding(
  header: string | readonly string[] | undefined,
): { readonly name: string; readonly isKnown: boolean } | undefined {
  if (header === undefined) {
    return undefined;
  }
  const name = String(header)
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '' && part !== 'identity')
    .join(', ');
  return name === '' ? undefined : { name, isKnown: Object.hasOwn(DECODERS, name) };
}
