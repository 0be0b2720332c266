/**
 * The same response; `onEnd` hears how many bytes its body had once it was read to the end, cancelled or broken. Bytes are
 * handed on one chunk at a time and only when asked for, so that streaming and backpressure stay what they were.
 */
export function watchBody(response: Response, onEnd: (bytes: number) => void): Response {
  const reader = response.body?.getReader();
  let bytes = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const chunk = await reader?.read();
          if (chunk?.value !== undefined) {
            bytes += chunk.value.byteLength;
            controller.enqueue(chunk.value);
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
        await reader?.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}
