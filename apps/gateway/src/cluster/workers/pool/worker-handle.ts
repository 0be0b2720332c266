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

  /** @param onFailed Called where it did not take the connection. */
  handOver(socket: Socket, onFailed: () => void): void {
    this.connections += 1;
    this.#started.channel.handOver(socket, () => {
      this.connections -= 1;
      onFailed();
    });
  }

  kill(): void {
    this.#started.kill();
  }

  release(): void {
    this.#started.release();
  }
}
