import { readRequestContext, type RequestContext } from '@dcc-mcp/request-context';
import type { Caller, OperationCore } from '../../operations/frame/core.ts';
import { idText, readId } from '../../protocol/json-rpc-id.ts';
import { isJsonObject, type JsonObject, type JsonRpcRequest, type JsonValue } from '../../protocol/json-rpc.ts';
import { type Exchange, hopPeer } from './exchange.ts';

/** One request of a client, as an operation is called by it. */
export interface McpCall {
  readonly request: JsonRpcRequest;
  readonly exchange: Exchange;
  /** Arguments of one of the gateway's own tools, which may carry an agent context. An upstream's are not ours to read. */
  readonly ownArguments?: JsonObject;
  readonly errorCode?: Caller['errorCode'];
}

/** The caller of an operation, read from the message itself: never from the request that opened a stream. */
export function mcpCaller(core: OperationCore, { request, exchange, ownArguments, errorCode }: McpCall): Caller {
  const { client, headers, peerAddress, authSubject, scope, user } = exchange;
  const meta = exactMeta(request);
  const ctx = readRequestContext(
    {
      transport: 'mcp',
      headers,
      jsonrpcId: idText(request.id),
      meta,
      body: ownArguments,
      session: client.session?.record,
      peerAddress,
      authSubject,
    },
    core.contextSettings,
  );
  exchange.identify?.(ctx);
  return {
    ctx,
    receivedAt: core.now(),
    signal: exchange.signal,
    isGone: () => exchange.isCallerGone(),
    peer: hopPeer(exchange, {
      // A result of one of the gateway's own tools can't be an upstream's question.
      takesInputRequired: client.era === 'modern' && ownArguments === undefined,
      rootsOwner: rootsOwner(exchange, ctx),
    }),
    scope,
    user,
    facts: {
      networkTransport: client.transport === 'stdio' ? 'pipe' : 'tcp',
      protocolVersion: client.protocolVersion,
    },
    meta: isJsonObject(meta) ? meta : undefined,
    errorCode,
  };
}

/**
 * A server keeps roots beyond the call, so that the next caller could work in the folders of the last: only callers on this
 * machine that nobody tells apart have theirs told. The roots of a stateless client may change unsaid.
 */
function rootsOwner({ client, principal }: Exchange, ctx: RequestContext): object | undefined {
  if (client.capabilities['roots'] === undefined || principal !== undefined) {
    return undefined;
  }
  const isLocal = client.transport === 'stdio' || /^(?:127\.|::1$)/.test(ctx.sourceIp ?? '');
  return isLocal ? (client.session?.streams.roots ?? {}) : undefined;
}

/** `_meta` of a request, whose progress token keeps its digits: it is for the caller to recognise. */
export function exactMeta({ params, rawParams }: JsonRpcRequest): JsonValue | undefined {
  const meta = params?.['_meta'];
  const token = isJsonObject(meta) ? meta['progressToken'] : undefined;
  if (!isJsonObject(meta) || typeof token !== 'number' || Number.isSafeInteger(token)) {
    return meta;
  }
  const raw = rawParams?.get('_meta')?.get('progressToken');
  return { ...meta, progressToken: (raw && readId(raw)) ?? token };
}
