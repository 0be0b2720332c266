import type { HttpContext } from '@dcc-mcp/http-adapter';
import type { Grants } from '../../http/auth/scopes.ts';
import type { Reply } from '../../http/reply.ts';
import type { HopUser } from '../../upstream/oauth/oauth-settings.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { McpClient } from '../exchange/mcp-client.ts';
import { askClient } from '../session/ask-client.ts';
import type { HttpReply } from './http-reply.ts';

/** Where a message came from. */
export interface HttpOrigin {
  readonly http: HttpContext;
  /** Subject of the verified credential. */
  readonly authSubject: string | undefined;
  /** Who is authenticated; absent where nothing guards the gateway. */
  readonly principal: string | undefined;
  /** DCC types that the credential may use, in lower case; absent or empty: all. */
  readonly scope: readonly string[] | undefined;
  /** Who signed in with a token of an issuer; absent where nobody did. */
  readonly user?: HopUser | undefined;
  /** What the token of the caller allows; absent: everything. */
  readonly grants?: Grants | undefined;
  /** What is answered to whatever goes on with nothing that runs; absent while everything is taken. */
  readonly refuseNew?: (() => Reply) | undefined;
}

/** An exchange that `notifications/cancelled` can end. */
export interface CancellableExchange extends Exchange {
  readonly controller: AbortController;
}

/** The way back to whoever sent a request; one that is not the request's alone has no headers for what is said of it. */
export type WayBack = Pick<HttpReply, 'send' | 'notify' | 'isReadAgain'> &
  Partial<Pick<HttpReply, 'identify' | 'context'>>;

/** One request over HTTP with its way back. Without one nothing can be said before the answer. */
export function createHttpExchange(client: McpClient, origin: HttpOrigin, reply?: WayBack): CancellableExchange {
  const { http, authSubject, principal, scope, user } = origin;
  const { session } = client;
  const controller = new AbortController();
  if (client.era === 'modern') {
    http.onGone(() => controller.abort());
  }
  return {
    client,
    headers: http.headers,
    peerAddress: http.peerAddress,
    authSubject,
    principal,
    scope,
    user,
    controller,
    signal: controller.signal,
    isCallerGone: () => http.isGone() && reply?.isReadAgain !== true,
    notify: (method, params) => reply?.notify(method, params),
    identify: (ctx, search) => reply?.identify?.(ctx, search),
    identified: () => reply?.context,
    ...(session === undefined || reply === undefined
      ? {}
      : {
          ask: (question) => askClient(session.streams, question, (message) => reply.send(message)),
        }),
  };
}
