import type { JsonRpcMessage } from '../../../protocol/json-rpc.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import type { McpClient } from '../../exchange/mcp-client.ts';
import { askClient } from '../../session/ask-client.ts';

/** What an exchange on the standard streams needs of their front. */
export interface StdioWayBack {
  readonly signal: AbortSignal;
  /** True once nobody reads the answers any more. */
  readonly isGone: () => boolean;
  readonly send: (message: JsonRpcMessage) => void;
}

/** One request on the standard streams with its way back: whoever started the process asks, and nobody else. */
export function createStdioExchange(client: McpClient, { signal, isGone, send }: StdioWayBack): Exchange {
  const { session } = client;
  return {
    client,
    headers: {},
    peerAddress: undefined,
    authSubject: undefined,
    principal: undefined,
    signal,
    isCallerGone: isGone,
    notify: (method, params) => send({ jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) }),
    ...(session === undefined
      ? {}
      : {
          ask: (question) =>
            askClient(session.streams, question, (message) => {
              send(message);
              return true;
            }),
        }),
  };
}
