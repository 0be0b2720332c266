import { PendingMap } from '@dcc-mcp/bounds';
import type { RequestContext } from '@dcc-mcp/request-context';
import { idKey, type IdKey } from '../../../protocol/json-rpc-id.ts';
import type { JsonRpcMessage, JsonRpcRequest } from '../../../protocol/json-rpc.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import type { McpClient } from '../../exchange/mcp-client.ts';
import type { McpServer } from '../../server/server.ts';
import { responseMessage } from '../http-reply.ts';
import type { StdioTap } from './stdio-tap.ts';

/** Who answers the requests of {@link StdioRequests}. */
export interface StdioAnswerer {
  readonly mcp: McpServer;
  /** Absent where nobody looks at the wire. */
  readonly stdioTap?: StdioTap | undefined;
}

/** Requests on the standard streams that run: what `notifications/cancelled` names. */
export class StdioRequests {
  readonly #answerer: StdioAnswerer;
  readonly #toExchange: (client: McpClient, signal: AbortSignal) => Exchange;
  readonly #running = new PendingMap<IdKey | undefined, AbortController>();

  constructor(answerer: StdioAnswerer, toExchange: (client: McpClient, signal: AbortSignal) => Exchange) {
    this.#answerer = answerer;
    this.#toExchange = toExchange;
  }

  /** How many run. */
  get size(): number {
    return this.#running.size;
  }

  /** Gives nothing where the client cancelled it: then it has no answer (MCP, "Cancellation"). */
  async run(request: JsonRpcRequest, client: McpClient): Promise<JsonRpcMessage | undefined> {
    const controller = new AbortController();
    const key = idKey(request.id);
    this.#running.set(key, controller);
    const exchange = this.#toExchange(client, controller.signal);
    const { mcp, stdioTap: tap } = this.#answerer;
    const told =
      tap === undefined ? exchange : { ...exchange, identify: (ctx: RequestContext) => tap.identify(request, ctx) };
    const answer = await mcp.handle(request, told);
    if (this.#running.get(key) === controller) {
      this.#running.delete(key); // an id that is used twice names the later request
    }
    if (controller.signal.aborted) {
      tap?.unanswered(key);
      return undefined;
    }
    return responseMessage(request.id, answer);
  }

  /** Ends the one that has the id. */
  cancel(key: IdKey): void {
    this.#running.get(key)?.abort();
  }

  /** Ends all of them. */
  cancelAll(): void {
    for (const controller of this.#running.values()) {
      controller.abort();
    }
  }
}
