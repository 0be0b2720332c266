// A server of bytes: what it gets it keeps, what it answers is up to the test.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { AnswerHandler, AnswerSource, HttpClient } from '../../../src/upstream/http/exchange/http-client.ts';
import { PlainClient } from '../../../src/upstream/http/plain/plain-client.ts';
import type { Reach } from '../../../src/upstream/http/reach/reach.ts';

export const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** A connection that the server has taken. */
export interface Taken {
  readonly socket: Socket;
  /** What came over it, as latin1. */
  text: string;
  isClosed: boolean;
}

export class RawServer {
  readonly taken: Taken[] = [];
  readonly #server: Server;

  /** @param answer Called with each request that is whole. */
  constructor(answer: (socket: Socket, request: string, connection: Taken) => void) {
    this.#server = createServer({ allowHalfOpen: false }, (socket) => {
      const taken: Taken = { socket, text: '', isClosed: false };
      this.taken.push(taken);
      let left = '';
      socket.on('error', () => {}).on('close', () => (taken.isClosed = true));
      socket.on('data', (bytes) => {
        taken.text += bytes.toString('latin1');
        left += bytes.toString('latin1');
        for (let end = endOfRequest(left); end !== undefined; end = endOfRequest(left)) {
          const request = left.slice(0, end);
          left = left.slice(end);
          answer(socket, request, taken);
        }
      });
    });
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/mcp`);
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => void this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.taken.forEach(({ socket }) => socket.destroy());
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function endOfRequest(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  const length = head === -1 ? undefined : /content-length: (\d+)/.exec(text)?.[1];
  const end = head + 4 + Number(length ?? 0);
  return head === -1 || text.length < end ? undefined : end;
}

/** One request and what came of it. */
export interface Sent {
  readonly source: AnswerSource;
  readonly answer: Promise<string>;
  /** Bytes of the body so far. */
  readonly received: number;
}

/** Fails the test where anything goes another way than expected. */
export const NO_OTHERS: HttpClient = {
  dispatch: () => {
    throw new Error('the request is no plain one');
  },
  destroy: () => Promise.resolve(),
};

export interface ClientOptions {
  readonly connections?: number;
  readonly reach?: Reach;
  readonly others?: HttpClient;
}

export function createClient(
  url: URL,
  { connections = 4, reach, others = NO_OTHERS }: ClientOptions = {},
): PlainClient {
  return new PlainClient({ url, connections, reach, others });
}

/** The answer is its status and body, or `failed: ` with the error. */
export function send(client: HttpClient, more: { body?: string; headers?: string[]; handler?: object } = {}): Sent {
  const { promise, resolve } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  const sent = { source: undefined as unknown as AnswerSource, answer: promise, received: 0 };
  let status = 0;
  const handler: AnswerHandler = {
    onRequestStart: (source) => void (sent.source = source),
    onResponseStart: (_source, given) => void (status = given),
    onResponseData: (_source, chunk) => {
      chunks.push(chunk);
      sent.received += chunk.length;
    },
    onResponseEnd: () => resolve(`${status} ${Buffer.concat(chunks).toString()}`),
    onResponseError: (_source, error: NodeJS.ErrnoException) => resolve(`failed: ${error.message} ${error.code ?? ''}`),
    ...more.handler,
  };
  const { body = '{}', headers = ['accept', '*/*'] } = more;
  client.dispatch({ method: 'POST', path: '/mcp', headers, body }, handler);
  return sent;
}

export async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries += 1) {
    if (tries === 500) {
      throw new Error('it never was so');
    }
    await wait(10);
  }
}
