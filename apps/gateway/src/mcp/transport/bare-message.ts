import { readRequestContext, type RequestContext, type RequestContextSettings } from '@dcc-mcp/request-context';
import { idText } from '../../protocol/json-rpc-id.ts';
import type { JsonRpcId, JsonRpcNotification, JsonRpcRequest } from '../../protocol/json-rpc.ts';
import type { ClientAnswerMessage } from '../exchange/messages.ts';
import type { HttpOrigin } from './http-exchange.ts';

/** What is known of a message that becomes no exchange: it is refused, or asks for nothing. */
export interface BareMessage {
  /** Absent where it has none; null where none could be read. */
  readonly id?: JsonRpcId;
  /** `params._meta`. */
  readonly meta?: unknown;
}

/** What a message says of itself. A client's answer has the id of our question, which is none of its own. */
export function toBareMessage(message: JsonRpcRequest | JsonRpcNotification | ClientAnswerMessage): BareMessage {
  if (!('method' in message)) {
    return {};
  }
  const meta = message.params?.['_meta'];
  return 'id' in message ? { id: message.id, meta } : { meta };
}

/** Which request and which trace it is. */
export function readBareContext(
  { id = null, meta }: BareMessage,
  { http: { headers, peerAddress }, authSubject }: HttpOrigin,
  settings: RequestContextSettings,
): RequestContext {
  const input = { transport: 'mcp', headers, jsonrpcId: idText(id), meta, peerAddress, authSubject } as const;
  return readRequestContext(input, settings);
}
