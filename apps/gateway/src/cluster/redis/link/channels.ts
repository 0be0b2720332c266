import type { MessageListener } from './redis-link.ts';

/** A channel that somebody listens to. */
interface Channel {
  readonly name: string;
  /** Takes a message to all who listen. */
  readonly listen: MessageListener;
}

/** Who listens to what. */
export class Channels {
  readonly #channels = new Map<string, Channel & { readonly listeners: Set<MessageListener> }>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** @returns Whether nobody listened before, and what is to be called for each message. */
  add(name: string, listener: MessageListener): { readonly isFirst: boolean; readonly listen: MessageListener } {
    const known = this.#channels.get(name);
    if (known !== undefined) {
      known.listeners.add(listener);
      return { isFirst: false, listen: known.listen };
    }
    const listeners = new Set([listener]);
    const listen = (message: string): void => listeners.forEach((each) => this.#call(each, message));
    this.#channels.set(name, { name, listen, listeners });
    return { isFirst: true, listen };
  }

  /** @returns Whether nobody listens any more. */
  remove(name: string, listener: MessageListener): boolean {
    const known = this.#channels.get(name);
    known?.listeners.delete(listener);
    return known?.listeners.size === 0 && this.#channels.delete(name);
  }

  /** One that is not among `names`, where there is one. */
  without(names: ReadonlySet<string>): Channel | undefined {
    return [...this.#channels.values()].find(({ name }) => !names.has(name));
  }

  #call(listener: MessageListener, message: string): void {
    try {
      listener(message);
    } catch (error) {
      this.#onError(error);
    }
  }
}
