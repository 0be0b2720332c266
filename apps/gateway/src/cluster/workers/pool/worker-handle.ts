import type { Socket } from 'node:net';
import type { ProcessChannel } from '../channel/channel.ts';
import { Peer } from '../channel/peer.ts';

/** A process that was started, as its starter sees it. */
export interface StartedProcess {
  readonly pid: number | undefined;
  readonly channel: ProcessChannel;
  /** Resolves when it has ended, with what ended it, for people. */
  readonly ended: Promise<string>;
  kill(): void;
  /** Ends the channel, whose other side then ends by itself. */
  release(): void;
}

/** `starting`: it does not serve yet. `closing`: it serves no new connections any more. */
export type WorkerState = 'starting' | 'ready' | 'closing' | 'dead';

/** One worker, from its start to its end. */
export class WorkerHandle {
  /** Counts the workers of one place, from 1. */
  readonly generation: number;
  readonly peer: Peer;
  readonly ended: Promise<string>;
  readonly #started: StartedProcess;
  /** Connections that were handed over, and that it has not told of. */
  readonly #untaken: { readonly socket: Socket; readonly onLost: () => void }[] = [];
  readonly #ready: () => void;
  readonly whenReady: Promise<void>;
  state: WorkerState = 'starting';
  /** Connections that it has, as far as is known here. */
  connections = 0;

  constructor(started: StartedProcess, generation: number, onError: (error: unknown) => void) {
    this.generation = generation;
    this.#started = started;
    this.peer = new Peer(started.channel, onError);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.whenReady = promise;
    this.#ready = resolve;
    this.ended = started.ended.then((why) => {
      this.state = 'dead';
      this.#ready();
      this.#untaken.splice(0).forEach(({ onLost }) => onLost());
      return why;
    });
  }

  get pid(): number | undefined {
    return this.#started.pid;
  }

  ready(): void {
    if (this.state === 'starting') {
      this.state = 'ready';
      this.#ready();
    }
  }

  closing(): void {
    if (this.state === 'ready') {
      this.state = 'closing';
    }
  }

  /** @param onLost Called where it has ended before it read from the connection. */
  handOver(socket: Socket, onLost: () => void): void {
    if (!this.#started.channel.handOver(socket)) {
      // It has ended, which its process says later: until then it would be chosen again.
      this.closing();
      onLost();
      return;
    }
    this.connections += 1;
    this.#untaken.push({ socket, onLost });
  }

  /** It has so many more of the connections, in the order in which they were handed over. */
  took(count: number): void {
    this.#untaken.splice(0, count).forEach(({ socket }) => socket.destroy());
  }

  kill(): void {
    this.#started.kill();
  }

  release(): void {
    this.#started.release();
  }
}
