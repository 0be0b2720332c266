// cluster/messages/: how messages between gateways travel.
import { randomUUID } from 'node:crypto';
import type { GatewayMessage, GatewayMessages, MessageListener } from '../../protocol/messages/gateway-messages.ts';
import { readMessage, writeMessage } from '../../protocol/messages/message-text.ts';
import { TopicListeners } from '../../protocol/messages/topic-listeners.ts';

/** Gateways of one process that share their state in its memory, and tell each other by it; mostly there is one. */
export class MessageHub {
  readonly #members = new Map<string, TopicListeners>();

  /** One more gateway. @param onError Told of what a listener has thrown. */
  join(onError: (error: unknown) => void): GatewayMessages {
    const address = randomUUID();
    const listeners = new TopicListeners(onError);
    this.#members.set(address, listeners);
    const members = this.#members;
    return {
      address,
      get isAlone() {
        return members.size === 1;
      },
      publish: async (message) => this.#members.has(address) && this.#publish(message, address),
      listen: (topic: string, listener: MessageListener) => listeners.add(topic, listener),
      close: async () => {
        this.#members.delete(address);
      },
    };
  }

  /** As text, so that nobody holds what another one changes, and what is no plain data shows here, too. */
  #publish(message: GatewayMessage, from: string): boolean {
    const others = [...this.#members.keys()].filter(
      (address) => address !== from && (message.to ?? address) === address,
    );
    if (others.length === 0) {
      return true; // mostly: nobody else is there
    }
    const text = writeMessage({ ...message, from });
    const sent = text === undefined ? undefined : readMessage(text);
    if (sent === undefined) {
      return false;
    }
    for (const address of others) {
      queueMicrotask(() => this.#members.get(address)?.tell(sent));
    }
    return true;
  }
}
