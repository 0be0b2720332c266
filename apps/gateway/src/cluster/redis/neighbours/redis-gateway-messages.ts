import { randomUUID } from 'node:crypto';
import type { GatewayMessage, GatewayMessages, MessageListener } from '../../../protocol/messages/gateway-messages.ts';
import { readMessage, writeMessage } from '../../../protocol/messages/message-text.ts';
import { TopicListeners } from '../../../protocol/messages/topic-listeners.ts';
import type { RedisLink } from '../link/redis-link.ts';

/** Nobody waits for long: what can't be sent within that time is not on its way. */
const DEADLINE = { deadlineMillis: 1_000 };
const NAME = 'messages';

/** Messages of gateways over publish and subscribe: one channel for all, and one for each gateway. */
export class RedisGatewayMessages implements GatewayMessages {
  readonly address: string = randomUUID();
  readonly #link: RedisLink;
  readonly #listeners: TopicListeners;
  readonly #stops: readonly (() => void)[];
  #isClosed = false;

  /** @param onError Told of what a listener has thrown. */
  constructor(link: RedisLink, onError: (error: unknown) => void) {
    this.#link = link;
    this.#listeners = new TopicListeners(onError);
    const take = (text: string): void => this.#take(text);
    this.#stops = [link.subscribe(link.key(NAME), take), link.subscribe(link.key(NAME, this.address), take)];
  }

  async publish(message: GatewayMessage): Promise<boolean> {
    const text = this.#isClosed || !this.#link.isUp ? undefined : writeMessage({ ...message, from: this.address });
    if (text === undefined) {
      return false;
    }
    const channel = message.to === undefined ? this.#link.key(NAME) : this.#link.key(NAME, message.to);
    try {
      await this.#link.send(['PUBLISH', channel, text], DEADLINE);
      return true;
    } catch {
      return false;
    }
  }

  listen(topic: string, listener: MessageListener): () => void {
    return this.#listeners.add(topic, listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stops.forEach((stop) => stop());
  }

  #take(text: string): void {
    const message = this.#isClosed ? undefined : readMessage(text);
    if (message !== undefined && message.from !== this.address && (message.to ?? this.address) === this.address) {
      this.#listeners.tell(message);
    }
  }
}
