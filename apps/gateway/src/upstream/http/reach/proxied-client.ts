// The whole of undici: for a tunnel its entry gives all dispatchers a method.
import { EnvHttpProxyAgent } from 'undici/index.js';
import type { AnswerHandler, ClientRequest, HttpClient } from '../exchange/http-client.ts';
import { CONNECT_MILLIS, createConnector, OF_ONE_ORIGIN } from './create-pool.ts';
import { describeProxy, type Proxy } from './proxy-of.ts';

/** Connections to one origin by way of a proxy, but where `NO_PROXY` names it. */
export class ProxiedClient implements HttpClient {
  readonly #origin: string;
  readonly #agent: EnvHttpProxyAgent;
  #proxy: string | undefined;

  /** @throws {TypeError} When the proxy is no URL. */
  constructor(url: URL, connections: number, named: Proxy) {
    const { url: proxy, without } = named;
    this.#origin = url.origin;
    this.#proxy = describeProxy(named);
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
        this.#proxy = undefined;
        connect(options, callback);
      },
    });
  }

  get proxy(): string | undefined {
    return this.#proxy;
  }

  dispatch(request: ClientRequest, handler: AnswerHandler): void {
    this.#agent.dispatch({ ...request, origin: this.#origin }, handler);
  }

  destroy(): Promise<void> {
    return this.#agent.destroy();
  }
}
