import { toError } from '../../../protocol/thrown-error.ts';
import type { Authorization } from '../../oauth/authorization.ts';
import type { HttpWatch } from '../../session/tapped-transport.ts';
import type { Conversation } from '../../session/transport.ts';
import type { AnswerHandler, HttpClient } from './http-client.ts';
import type { HttpExchange } from './http-exchange.ts';
import { type CommonHeaders, type HeadedRequest, toConfiguredHeaders, toRequestHeaders } from './http-headers.ts';
import { RedirectFollower } from './redirects.ts';

/** Where requests go, and what they carry by configuration. */
export interface HttpRequestsOptions {
  readonly client: HttpClient;
  readonly url: URL;
  /** Of the configuration: credentials and the like. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where tokens come from that are not of the configuration. */
  readonly authorization?: Authorization | undefined;
  /** Absent where nobody looks at the wire. */
  readonly watch?: HttpWatch | undefined;
}

/** One request; its headers follow from the conversation it belongs to. */
export interface HttpRequest extends HeadedRequest {
  readonly body?: string;
}

/** Sends the HTTP requests of a conversation to one upstream. */
export class HttpRequests {
  /** Absent before the handshake. */
  conversation: Conversation | undefined;
  readonly #options: HttpRequestsOptions;
  readonly #common: CommonHeaders;

  constructor(options: HttpRequestsOptions) {
    const { headers, authorization } = options;
    this.#options = options;
    this.#common = { configured: toConfiguredHeaders(headers, authorization !== undefined), authorization };
  }

  /** The answer, or what prevented it, goes to `exchange`. */
  send(exchange: HttpExchange, request: HttpRequest): void {
    const { client, url, watch } = this.#options;
    const headers = toRequestHeaders(request, this.#common, this.conversation);
    watch?.sent(request.hop, headers);
    const { verb, body = null } = request;
    const send = ({ pathname, search }: URL, handler: AnswerHandler): void => {
      try {
        client.dispatch({ method: verb, path: pathname + search, headers, body }, handler);
      } catch (error) {
        exchange.fail(toError(error)); // a header value that HTTP can't carry, or a pool that is closed
      }
    };
    send(url, new RedirectFollower({ exchange, url, send }));
  }
}
