import { concat } from '../families/renderer.ts';

/** Called with the number of bytes that were rendered, when the last one was. */
type OnEnd = (bytes: number) => void;

type Chunks = AsyncGenerator<Uint8Array, void, undefined>;
type Body = Uint8Array | ReadableStream<Uint8Array>;

/** Bodies up to this size are answered at once, with their length. */
const MAX_WHOLE_BYTES = 256 * 1_024;

/**
 * Makes a body of chunks: bytes when they are few, else a stream that renders the next chunk when the last one was
 * taken, so that a slow client holds no more than a little of a large scrape in memory.
 */
export async function toBody(chunks: Chunks, onEnd: OnEnd): Promise<Body> {
  const first: Uint8Array[] = [];
  let length = 0;
  while (length <= MAX_WHOLE_BYTES) {
    const next = await chunks.next();
    if (next.done === true) {
      onEnd(length);
      return concat(first);
    }
    first.push(next.value);
    length += next.value.length;
  }
  return toStream(followedBy(first, chunks), onEnd);
}

async function* followedBy(first: readonly Uint8Array[], rest: Chunks): Chunks {
  yield* first;
  yield* rest;
}

function toStream(chunks: Chunks, onEnd: OnEnd): ReadableStream<Uint8Array> {
  let bytes = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done === true) {
        onEnd(bytes);
        controller.close();
        return;
      }
      bytes += next.value.length;
      controller.enqueue(next.value);
    },
    async cancel() {
      await chunks.return();
    },
  });
}

/** Compresses a body with gzip; a whole one stays whole. */
export async function gzip(body: Body): Promise<Body> {
  const isWhole = body instanceof Uint8Array;
  const source = isWhole ? new Blob([new Uint8Array(body)]).stream() : body;
  const compression: { readable: ReadableStream<Uint8Array>; writable: WritableStream } = new CompressionStream('gzip');
  const compressed = source.pipeThrough(compression);
  return isWhole ? new Uint8Array(await new Response(compressed).arrayBuffer()) : compressed;
}
