import { readRequestContext } from '@dcc-mcp/request-context';
import type { Caller, OperationCore } from '../../operations/frame/core.ts';
import { isJsonObject, type JsonObject, type JsonRpcRequest } from '../../protocol/json-rpc.ts';
import { type Exchange, hopPeer } from './exchange.ts';

/** One request of a client, as an operation is called by it. */
export interface McpCall {
  readonly request: JsonRpcRequest;
  readonly exchange: Exchange;
  /** Arguments of one of the gateway's own tools, which may carry an agent context. An upstream's are not ours to read. */
  readonly ownArguments?: JsonObject;
}

/** The caller of an operation, read from the message itself: never from the request that opened a stream. */
export function mcpCaller(core: OperationCore, { request, exchange, ownArguments }: McpCall): Caller {
  const { client, headers, peerAddress, authSubject } = exchange;
  const meta = request.params?.['_meta'];
  const session = sessionOf(exchange);
  const ctx = readRequestContext(
    {
      transport: 'mcp',
      headers,
      jsonrpcId: request.id,
      ...(meta === undefined ? {} : { meta }),
      ...(ownArguments === undefined ? {} : { body: ownArguments }),
      ...(session === undefined ? {} : { session }),
      ...(peerAddress === undefined ? {} : { peerAddress }),
      ...(authSubject === undefined ? {} : { authSubject }),
    },
    core.contextSettings,
  );
  exchange.identify?.(ctx);
  return {
    ctx,
    signal: exchange.signal,
    isGone: () => exchange.isCallerGone(),
    peer: hopPeer(exchange),
    facts: {
      networkTransport: client.transport === 'stdio' ? 'pipe' : 'tcp',
      protocolVersion: client.protocolVersion,
    },
    ...(isJsonObject(meta) ? { meta } : {}),
  };
}

function sessionOf({ client }: Exchange): { id: string; clientInfo?: JsonObject } | undefined {
  const { session } = client;
  if (session === undefined) {
    return undefined;
  }
  const { id, clientInfo } = session.record;
  return clientInfo === undefined ? { id } : { id, clientInfo };
}
