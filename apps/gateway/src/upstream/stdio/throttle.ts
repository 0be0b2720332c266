import type { Readable } from 'node:stream';

const WINDOW_MILLIS = 250;

/**
 * Reads a stream no faster than `maxBytesPerSecond`: whoever writes more waits, instead of taking the time of everybody
 * else in this process.
 */
export function readThrottled(stream: Readable, maxBytesPerSecond: number, onData: (chunk: Buffer) => void): void {
  const maxBytes = (maxBytesPerSecond * WINDOW_MILLIS) / 1000;
  let bytes = 0;
  let startedAt = performance.now();
  stream.on('data', (chunk: Buffer) => {
    const now = performance.now();
    if (now - startedAt >= WINDOW_MILLIS) {
      startedAt = now;
      bytes = 0;
    }
    bytes += chunk.length;
    if (bytes > maxBytes) {
      stream.pause();
      setTimeout(() => stream.resume(), WINDOW_MILLIS - (now - startedAt)).unref();
    }
    onData(chunk);
  });
}
