// upstream/http/plain/: a client of its own for plain POSTs over HTTP/1.1; everything else goes to undici.
import type { AnswerHandler, ClientRequest, HttpClient } from '../exchange/http-client.ts';
import { createConnector } from '../reach/create-pool.ts';
import type { Reach } from '../reach/reach.ts';
import { PlainPool } from './plain-pool.ts';
import { PlainRequest } from './plain-request.ts';
import { toRequestBytes } from './request-text.ts';

export interface PlainClientOptions {
  /** Of the server, with `http:`. */
  readonly url: URL;
  /** Bound of connections. */
  readonly connections: number;
  /** Absent where any address may be connected to. */
  readonly reach: Reach | undefined;
  /** Takes every request that is not plain. */
  readonly others: HttpClient;
}

/** POSTs to one server over connections of its own; what is unusual goes to another client. */
export class PlainClient implements HttpClient {
  readonly #host: string;
  readonly #others: HttpClient;
  readonly #pool: PlainPool;

  constructor({ url, connections, reach, others }: PlainClientOptions) {
    this.#host = url.host;
    this.#others = others;
    const { host, protocol, port } = url;
    const hostname = url.hostname.replaceAll(/^\[|\]$/g, '');
    this.#pool = new PlainPool({
      connections,
      connect: (onread, callback) => createConnector(reach, { onread })({ host, hostname, protocol, port }, callback),
    });
  }

  dispatch(request: ClientRequest, handler: AnswerHandler): void {
    const bytes = toRequestBytes(request, this.#host);
    if (bytes === undefined) {
      this.#others.dispatch(request, handler);
    } else {
      this.#pool.dispatch(new PlainRequest(bytes, handler));
    }
  }

  async destroy(): Promise<void> {
    this.#pool.destroy();
    await this.#others.destroy();
  }
}
