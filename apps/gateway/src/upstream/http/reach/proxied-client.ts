// The whole of undici: for a tunnel its entry gives all dispatchers a method.
import { EnvHttpProxyAgent } from 'undici/index.js';
import type { AnswerHandler, ClientRequest, HttpClient } from '../exchange/http-client.ts';
import { CONNECT_MILLIS, createConnector, OF_ONE_ORIGIN } from './create-pool.ts';
import type { Proxy } from './proxy-of.ts';

/** Connections to one origin by way of a proxy, but where `NO_PROXY` names it. */
export class ProxiedClient implements HttpClient {
  readonly #origin: string;
  readonly #agent: EnvHttpProxyAgent;
  #isProxied = true;

  /** @throws {TypeError} When the proxy is no URL. */
  constructor(url: URL, connections: number, { url: proxy, without }: Proxy) {
    this.#origin = url.origin;
    const connect = createConnector(undefined);
    this.#agent = new EnvHttpProxyAgent({
      httpProxy: proxy,
      httpsProxy: proxy,
      noProxy: without,
      connections,
      ...OF_ONE_ORIGIN,
      connectTimeout: CONNECT_MILLIS,
      // Asked for connections past the proxy alone: `NO_PROXY` is read by the agent.
      connect: (options, callback) => {
        this.#isProxied = false;
        connect(options, callback);
      },
    });
  }

  get isProxied(): boolean {
    return this.#isProxied;
  }

  dispatch(request: ClientRequest, handler: AnswerHandler): void {
    this.#agent.dispatch({ ...request, origin: this.#origin }, handler);
  }

  destroy(): Promise<void> {
    return this.#agent.destroy();
  }
}
