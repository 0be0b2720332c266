/**
 * The same stream; `onEnd` hears how many bytes it had once it was read to the end, cancelled or broken. Bytes are handed
 * on one chunk at a time and only when asked for, so that streaming and backpressure stay what they were.
 */
export function watchBody(
  stream: ReadableStream<Uint8Array>,
  onEnd: (bytes: number) => void,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            bytes += value.byteLength;
            controller.enqueue(value);
            return;
          }
          onEnd(bytes);
          controller.close();
        } catch (error) {
          onEnd(bytes);
          controller.error(error);
        }
      },
      async cancel(reason) {
        onEnd(bytes);
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
