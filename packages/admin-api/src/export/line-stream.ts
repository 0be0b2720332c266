/** Bytes of one piece: large enough to be quick, small enough to wait for nobody. */
const PIECE_CHARS = 64 * 1024;

/** Lines as a body that is made while it is read: what waits is one piece, however slow the reader is. */
export function lineStream(lines: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const iterator = lines[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { text, isDone } = await nextPiece(iterator);
        if (text !== '') {
          controller.enqueue(encoder.encode(text));
        }
        if (isDone) {
          controller.close();
        }
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    new CountQueuingStrategy({ highWaterMark: 1 }),
  );
}

async function nextPiece(lines: AsyncIterator<string>): Promise<{ readonly text: string; readonly isDone: boolean }> {
  let text = '';
  while (text.length < PIECE_CHARS) {
    const next = await lines.next();
    if (next.done === true) {
      return { text, isDone: true };
    }
    text += next.value;
  }
  return { text, isDone: false };
}
