import type { Socket } from 'node:net';

/** A way of plain data between two processes, in order; what is sent in one turn travels together. */
export interface Channel {
  /** Nothing happens where it has ended. */
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The other side is gone; no message follows. */
  onEnd(listener: () => void): void;
}

/** A channel that hands over open connections, too. */
export interface ProcessChannel extends Channel {
  /** Sends a connection, which stays open here. @returns False where there is no other process any more. */
  handOver(socket: Socket): boolean;
  onSocket(listener: (socket: Socket) => void): void;
}

/** A child process for its parent, `process` for the child. */
interface Forked {
  readonly connected: boolean;
  on(event: 'message', listener: (message: unknown, handle: unknown) => void): unknown;
  on(event: 'disconnect' | 'close', listener: () => void): unknown;
  send?: NodeJS.Process['send'];
}

/** What travels beside a connection; messages are lists. */
const CONNECTION = 'connection';

/** The channel to the process on the other side of a fork: of the child for its parent, of `process` for the child. */
export function createProcessChannel(other: Forked): ProcessChannel {
  let waiting: unknown[] | undefined;
  const flush = (): void => {
    const messages = waiting;
    waiting = undefined;
    if (other.connected) {
      other.send?.(messages, undefined, {}, () => undefined);
    }
  };
  return {
    post: (message) => {
      if (waiting === undefined) {
        waiting = [];
        setImmediate(flush);
      }
      waiting.push(message);
    },
    onMessage: (listener) =>
      void other.on('message', (messages: unknown) => {
        if (Array.isArray(messages)) {
          messages.forEach((message) => listener(message));
        }
      }),
    onEnd: (listener) => void endOf(other).then(listener),
    handOver: (socket) => {
      if (!other.connected) {
        return false;
      }
      // The connection stays open here as well, so that it is not lost where the other process ends before it takes it.
      other.send?.(CONNECTION, socket, { keepOpen: true }, () => undefined);
      return true;
    },
    // Whoever leaves while the connection is on its way leaves none.
    onSocket: (listener) =>
      void other.on('message', (message: unknown, socket: unknown) => {
        if (message === CONNECTION && isSocket(socket)) {
          listener(socket);
        }
      }),
  };
}

function endOf(other: Forked): Promise<void> {
  // A child that ends while a connection is on its way to it never disconnects: it closes alone.
  return new Promise((resolve) => {
    other.on('disconnect', resolve);
    other.on('close', resolve);
  });
}

function isSocket(value: unknown): value is Socket {
  return typeof value === 'object' && value !== null && 'remoteAddress' in value;
}
