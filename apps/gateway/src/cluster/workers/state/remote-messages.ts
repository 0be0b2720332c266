import type { JsonObject } from '../../../protocol/json-rpc.ts';
import type { GatewayMessage, GatewayMessages } from '../../../protocol/messages/gateway-messages.ts';
import { TopicListeners } from '../../../protocol/messages/topic-listeners.ts';
import type { Peer, Services } from '../channel/peer.ts';

/** The messages of a worker, by way of the process that started it. @param address Given by that one. */
export function remoteMessages(peer: Peer, address: string, onError: (error: unknown) => void): GatewayMessages {
  const listeners = new TopicListeners(onError);
  const asked = new Set<string>();
  peer.serve({
    'messages.heard': (topic: string, body: JsonObject, from: string) => listeners.tell({ topic, body, from }),
  });
  return {
    address,
    publish: async (message) => (await peer.call('messages.publish', message).catch(() => false)) === true,
    listen: (topic, listener) => {
      if (!asked.has(topic)) {
        asked.add(topic);
        peer.tell('messages.listen', topic);
      }
      return listeners.add(topic, listener);
    },
    close: async () => peer.tell('messages.close'),
  };
}

/** Answers {@link remoteMessages}. @param messages Those of the worker, which stands among the others as one more gateway. */
export function servedMessages(peer: Pick<Peer, 'tell'>, messages: GatewayMessages): Services {
  return {
    'messages.publish': (message: GatewayMessage) => messages.publish(message),
    'messages.listen': (topic: string) =>
      void messages.listen(topic, (body, from) => peer.tell('messages.heard', topic, body, from)),
    'messages.close': () => messages.close(),
  };
}
