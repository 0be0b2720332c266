import type { Socket } from 'node:net';
import type { Connection } from '../connections.ts';
import type { Answering, NodeServer, RequestBounds } from '../node-server.ts';
import { FastConnection, type FastOptions } from './connection.ts';
import { EndOfTurn } from './end-of-turn.ts';

/** Reads plain requests without Node's own server, which goes on with every connection that has others. */
export class FastPath {
  readonly #options: FastOptions;
  readonly #open = new Set<FastConnection>();
  #isClosing = false;

  constructor(node: NodeServer, bounds: RequestBounds, { handler, onError, isLast }: Answering) {
    this.#options = {
      handler,
      onError,
      isLast,
      bounds,
      endOfTurn: new EndOfTurn(),
      isClosing: () => this.#isClosing,
      handOver: (socket, connection, read) => node.take(socket, connection, read),
      onLeft: (connection) => this.#open.delete(connection),
    };
  }

  take(socket: Socket, connection: Connection): void {
    this.#open.add(new FastConnection(socket, connection, this.#options));
  }

  /** Ends kept-alive connections now, or with their last answer. */
  close(): void {
    this.#isClosing = true;
    this.#open.forEach((connection) => connection.cutIdle());
  }
}
