import { PendingMap } from '@dcc-mcp/bounds';
import type { Channel } from './channel.ts';

/** What one side answers, by name; arguments and results are plain data. */
export type Services = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Calls that may wait for answers at a time: more are refused at once. */
const MAX_WAITING = 10_000;

type Message =
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly args: readonly unknown[] }
  | { readonly type: 'tell'; readonly name: string; readonly args: readonly unknown[] }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly message: string };

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Thrown where the other process did not answer. */
export class PeerError extends Error {
  override readonly name = 'PeerError';
}

/** One of two processes that call each other. */
export class Peer {
  readonly #channel: Channel;
  readonly #services = new Map<string, Services[string]>();
  readonly #waiting = new PendingMap<number, Waiting>();
  readonly #onError: (error: unknown) => void;
  #nextId = 0;
  #hasEnded = false;

  /** @param onError Told of what failed with nobody waiting for it. */
  constructor(channel: Channel, onError: (error: unknown) => void) {
    this.#channel = channel;
    this.#onError = onError;
    channel.onMessage((message) => this.#onMessage(message));
    channel.onEnd(() => this.#end());
  }

  /** Answers these from now on. */
  serve(services: Services): void {
    for (const [name, service] of Object.entries(services)) {
      this.#services.set(name, service);
    }
  }

  /** @throws {PeerError} What the other side threw; that it is gone, or has too much to do. */
  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    if (this.#hasEnded) {
      return Promise.reject(new PeerError('the other process is gone'));
    }
    if (this.#waiting.size >= MAX_WAITING) {
      return Promise.reject(new PeerError('too many questions wait for the other process'));
    }
    const id = (this.#nextId += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ type: 'call', id, name, args });
    });
  }

  /** The same without an answer. */
  tell(name: string, ...args: readonly unknown[]): void {
    this.#post({ type: 'tell', name, args });
  }

  #post(message: Message): void {
    this.#channel.post(message);
  }

  #onMessage(given: unknown): void {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both ends of the channel are this class
    const message = given as Message;
    switch (message.type) {
      case 'call':
        void this.#answer(message.id, message.name, message.args);
        break;
      case 'tell':
        this.#run(message.name, message.args).catch((error: unknown) => this.#onError(error));
        break;
      case 'result':
        this.#take(message.id)?.resolve(message.value);
        break;
      case 'error':
        this.#take(message.id)?.reject(new PeerError(message.message));
        break;
      default:
        message satisfies never;
    }
  }

  async #run(name: string, args: readonly unknown[]): Promise<unknown> {
    const service = this.#services.get(name);
    if (service === undefined) {
      throw new TypeError(`nobody answers ${name}`);
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each caller knows what its service takes
    return service(...(args as readonly never[]));
  }

  async #answer(id: number, name: string, args: readonly unknown[]): Promise<void> {
    try {
      this.#post({ type: 'result', id, value: await this.#run(name, args) });
    } catch (error) {
      this.#post({ type: 'error', id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #end(): void {
    this.#hasEnded = true;
    for (const { reject } of this.#waiting.values()) {
      reject(new PeerError('the other process is gone'));
    }
    this.#waiting.clear();
  }
}
