import { idKey } from '../../protocol/json-rpc-id.ts';
import type { JsonRpcRequest } from '../../protocol/json-rpc.ts';
import type { CancellableExchange } from './http-exchange.ts';

/** Until the function given back is called, `notifications/cancelled` finds the request in its session. */
export function noteRunning({ id }: JsonRpcRequest, { client, controller }: CancellableExchange): () => void {
  const running = client.session?.streams.running;
  const key = idKey(id);
  running?.set(key, controller);
  return () => {
    if (running?.get(key) === controller) {
      running.delete(key); // an id that is used twice names the later request
    }
  };
}
