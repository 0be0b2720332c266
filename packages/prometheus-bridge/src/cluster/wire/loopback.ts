import type { MetricsChannel } from './channel.ts';

/** Two ends of a wire inside one process. What is sent arrives when the sender has returned. */
export function createLoopback(): readonly [MetricsChannel, MetricsChannel] {
  const listeners: [Listener | undefined, Listener | undefined] = [undefined, undefined];
  const endOf = (own: 0 | 1, other: 0 | 1): MetricsChannel => ({
    send(message) {
      queueMicrotask(() => listeners[other]?.(message));
    },
    onMessage(listener) {
      listeners[own] = listener;
    },
    close() {
      listeners[own] = undefined;
    },
  });
  return [endOf(0, 1), endOf(1, 0)];
}

type Listener = (message: unknown) => void;
