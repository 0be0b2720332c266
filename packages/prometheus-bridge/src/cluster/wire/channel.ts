/**
 * One end of a wire between the primary and one worker. Messages are plain objects that survive both JSON and the
 * structured clone, and arrive in the order they were sent.
 */
export interface MetricsChannel {
  /**
   * Sends a message. What it throws, as when the other end is gone, is taken for a message that was lost. A promise that it
   * gives resolves when the message is on its way whatever becomes of this process; a worker that ends waits for it.
   */
  send(message: object): unknown;
  /** Calls `listener` with every message that arrives; those of others are passed over. */
  onMessage(listener: (message: unknown) => void): void;
  /** Calls `listener` when nothing can arrive any more. */
  onClose?(listener: () => void): void;
  /** Calls `listener` when the other process has ended; what it sent before may still arrive until `onClose`. */
  onExit?(listener: () => void): void;
  /** Takes the listeners away. */
  close?(): void;
}

// oxlint-disable-next-line typescript/no-explicit-any -- as the events of Node are declared
export type Listener = (...values: any[]) => void;

/**
 * What has messages: `ChildProcess` with an IPC channel, `cluster.Worker`, `process` of a forked process, `MessagePort`
 * and `Worker` of `node:worker_threads`.
 */
export interface MessageEnd {
  send?(message: object, callback: () => void): unknown;
  postMessage?(message: object): void;
  on(event: string, listener: Listener): unknown;
  off(event: string, listener: Listener): unknown;
}

/** `disconnect` of processes comes after the last message, `exit` may come before it; threads and ports have no `disconnect`. */
const ENDS = { process: ['disconnect'], thread: ['close', 'exit'] } as const;

/** Makes a channel of what Node gives for a process or a thread. */
export function channelOf(end: MessageEnd): MetricsChannel {
  const isProcess = typeof end.send === 'function';
  const listeners: (readonly [event: string, listener: Listener])[] = [];
  const listen = (event: string, listener: Listener): void => {
    end.on(event, listener);
    listeners.push([event, listener]);
  };
  return {
    send(message) {
      if (!isProcess) {
        return end.postMessage?.(message);
      }
      // Without a callback, a process that is gone would be an `error` event, which nobody listens to.
      return new Promise<void>((resolve) => {
        end.send?.(message, () => resolve());
      });
    },
    onMessage(listener) {
      listen('message', (message: unknown) => {
        listener(message);
      });
    },
    onClose(listener) {
      for (const event of isProcess ? ENDS.process : ENDS.thread) {
        listen(event, listener);
      }
    },
    ...(isProcess && {
      onExit: (listener) => {
        listen('exit', listener);
      },
    }),
    close() {
      for (const [event, listener] of listeners.splice(0)) {
        end.off(event, listener);
      }
    },
  };
}
