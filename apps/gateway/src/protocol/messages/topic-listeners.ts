import type { MessageListener } from './gateway-messages.ts';
import type { SentMessage } from './message-text.ts';

/** Who listens at one gateway, by topic. */
export class TopicListeners {
  readonly #listeners = new Map<string, Set<MessageListener>>();
  readonly #onError: (error: unknown) => void;

  /** @param onError Told of what a listener has thrown. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** @returns What ends it. */
  add(topic: string, listener: MessageListener): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => {
      listeners.delete(listener);
    };
  }

  /** Tells whoever listens; one that throws harms no other. */
  tell({ topic, body, from }: SentMessage): void {
    for (const listener of this.#listeners.get(topic) ?? []) {
      try {
        listener(body, from);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
