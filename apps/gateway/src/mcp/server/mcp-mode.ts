import type { JsonObject, JsonRpcRequest } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { FailedResult } from '../exchange/failed-result.ts';
import type { ListShapes } from '../notifications/list-shapes.ts';

/** Answers one method. @throws {McpError} What the client gets as a JSON-RPC error. */
export type McpHandler = (request: JsonRpcRequest, exchange: Exchange) => Promise<JsonObject | RawJson | FailedResult>;

/** What a client may use, as its credential says. */
export type Reach = Pick<Exchange, 'scope'>;

/** The face shown to MCP clients: the four gateway tools, or the upstreams' own. */
export interface McpMode {
  capabilities(reach: Reach): Promise<JsonObject>;
  /** What a model should know of using it, once {@link capabilities} are known. */
  instructions(reach: Reach): string | undefined;
  /** @throws {McpError} When a stream of `subscriptions/listen` to `uris` would tell of what the client may not use. */
  checkListening(uris: readonly string[], exchange: Exchange): Promise<void>;
  /** Told when clients began or ceased to listen to resources otherwise than by a request of their own for each. */
  subscriptionsChanged(): void;
  /** The names by which clients listen to a resource of an upstream; of several there is one for each. */
  listenedAs(instanceId: string, uri: string): readonly string[];
  /** What the lists are put together of at this moment, for clients without a scope; absent where that never changes. */
  listShapes?(): ListShapes;
  readonly handlers: ReadonlyMap<string, McpHandler>;
  /** The metric label of the upstream tool a request means, if it means one. */
  toolLabel(request: JsonRpcRequest): string | undefined;
  /** Whether a call of the tool only looks what there is. */
  onlyLooks(tool: unknown): boolean;
  /** Whether a request has a span of its own: operations, and what is handed on to an upstream. */
  hasOwnSpan(request: JsonRpcRequest): boolean;
}
