import type { RequestContext, RequestHeaders, SearchAnswer } from '@dcc-mcp/request-context';
import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { JsonObject, JsonRpcError } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { ERROR_METHOD_NOT_FOUND, isLoggedAt } from '../../protocol/mcp-protocol.ts';
import type { HopUser } from '../../upstream/oauth/oauth-settings.ts';
import type { HopPeer } from '../../upstream/upstream.ts';
import type { McpClient } from './mcp-client.ts';
import { undeclaredCapability } from './undeclared-capability.ts';

/** One request of a client, its way back, and what is known of the connection it came by. */
export interface Exchange {
  readonly client: McpClient;
  readonly headers: RequestHeaders;
  readonly peerAddress: string | undefined;
  readonly authSubject: string | undefined;
  /** Who is authenticated: what is kept for one is nobody else's. Absent where nothing guards the gateway. */
  readonly principal: string | undefined;
  /** DCC types that the credential may use, in lower case; absent or empty: all. */
  readonly scope?: readonly string[] | undefined;
  /** Who signed in with a token of an issuer; absent where nobody did. */
  readonly user?: HopUser | undefined;
  /** Aborts when the client cancels; for the modern era also when it leaves. */
  readonly signal: AbortSignal;
  /** True once nobody waits for the answer any more. */
  isCallerGone(): boolean;
  notify(method: string, params: JsonObject | undefined): void;
  /** Takes what the headers of the answer say of it. */
  identify?(ctx: RequestContext, search?: SearchAnswer): void;
  /** What {@link identify} was told, where somebody keeps it. */
  identified?(): RequestContext | undefined;
  /** Absent where the client can't be asked anything. */
  readonly ask?: NonNullable<HopPeer['ask']>;
  /** Told of a capability that a server's question needed and the client did not declare. */
  readonly onUndeclared?: (capability: string) => void;
}

type AskingExchange = Exchange & { readonly ask: NonNullable<Exchange['ask']> };

/** A client that has no roots to tell of has none. */
const NO_ROOTS = { result: { roots: [] } };

/** How a request ended; `httpStatus` is that of an error over HTTP. */
export type Answer = (
  | { readonly result: JsonObject | RawJson }
  | { readonly error: JsonRpcError; readonly httpStatus: number }
) & {
  /** Of the operation that it tells of, where that did not end well. */
  readonly outcome?: Outcome | undefined;
};

/** Whether this client wants to see a log message of that level. */
function wantsMessage(client: McpClient, params: JsonObject | undefined): boolean {
  if (client.logLevel === undefined) {
    return client.era === 'legacy';
  }
  return isLoggedAt(params?.['level'], client.logLevel);
}

/** The exchange as an upstream hop sees it. */
export function hopPeer(
  exchange: Exchange,
  { takesInputRequired, rootsOwner }: Pick<HopPeer, 'takesInputRequired' | 'rootsOwner'>,
): HopPeer {
  const { client } = exchange;
  return {
    era: client.era,
    capabilities: client.capabilities,
    clientInfo: client.clientInfo,
    logLevel: client.logLevel,
    takesInputRequired,
    rootsOwner,
    notify(method, params) {
      if (method !== 'notifications/message' || wantsMessage(client, params)) {
        exchange.notify(method, params);
      }
    },
    ask: canAsk(exchange) ? askIfAble(client, exchange) : undefined,
  };
}

function canAsk(exchange: Exchange): exchange is AskingExchange {
  return exchange.ask !== undefined;
}

/** A client is asked only for what it said it can do; another would leave the question, and the call, to run out of time. */
function askIfAble({ capabilities }: McpClient, exchange: AskingExchange): NonNullable<HopPeer['ask']> {
  return async (question) => {
    const { method, params } = question;
    if (method === 'roots/list' && capabilities['roots'] === undefined) {
      return NO_ROOTS;
    }
    const missing = undeclaredCapability(capabilities, method, params);
    if (missing === undefined) {
      return exchange.ask(question);
    }
    exchange.onUndeclared?.(missing);
    return { error: { code: ERROR_METHOD_NOT_FOUND, message: `${method} is declined: the client has no ${missing}` } };
  };
}
