import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toPrintableLine } from '../../protocol/printable-text.ts';
import type { AuthorizationResponse } from '../../upstream/oauth/sdk-login.ts';

const PATH = '/callback';
const MAX_WORDS = 300;
/** Whether the code is worth a token is known to the command only, and later. */
const ARRIVED = 'The answer is here. You can close this page; the terminal says whether you are logged in.';

/** Where a browser comes back to after a login (RFC 8252, section 7.3). */
export interface LoopbackCallback {
  readonly url: string;
  readonly port: number;
  /** Resolves with what came back for `state`; rejects with what went wrong, or after `timeoutMillis`. */
  response(state: string, timeoutMillis: number): Promise<AuthorizationResponse>;
  close(): void;
}

/**
 * Listens on 127.0.0.1 for the one request that a browser makes after a login.
 *
 * @param port 0 for any free one.
 * @throws {NodeJS.ErrnoException} When the port can't be had.
 */
export async function openLoopbackCallback(port: number): Promise<LoopbackCallback> {
  const { promise, resolve, reject } = Promise.withResolvers<AuthorizationResponse>();
  promise.catch(() => {}); // it may be rejected before anybody waits
  let expected: string | undefined;
  const server = createServer((request, response) => {
    const came = readCallback(request, expected);
    if (came === undefined) {
      answer(response, 404, 'There is nothing here. Go on at the page of the authorization server.');
    } else if (typeof came === 'string') {
      answer(response, 400, `Not logged in: ${came}. You can close this page.`);
      reject(new Error(came));
    } else {
      answer(response, 200, ARRIVED);
      resolve(came);
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = portOf(server);
  return {
    url: `http://127.0.0.1:${bound}${PATH}`,
    port: bound,
    response: async (state, timeoutMillis) => {
      expected = state;
      const seconds = Math.round(timeoutMillis / 1_000);
      const timer = setTimeout(() => reject(new Error(`nobody logged in within ${seconds} s`)), timeoutMillis);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => {
      server.close();
      server.closeIdleConnections();
      // What is being written is written; a browser may hold its connection for minutes.
      setTimeout(() => server.closeAllConnections(), 500).unref();
    },
  };
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** What a request brings: a code; in words, why there is none; `undefined` for a request that is no answer to ours. */
function readCallback(
  { method, url = '', headers }: IncomingMessage,
  state: string | undefined,
): AuthorizationResponse | string | undefined {
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
  // A page elsewhere may make a browser ask here: only who knows the state is listened to.
  if (method !== 'GET' || pathname !== PATH || state === undefined || !isLoopback(headers.host)) {
    return undefined;
  }
  if (!isSame(searchParams.get('state') ?? '', state)) {
    return undefined;
  }
  const error = searchParams.get('error');
  if (error !== null) {
    const words = [error, searchParams.get('error_description')].filter(Boolean).join(': ');
    return toPrintableLine(words, MAX_WORDS);
  }
  const code = searchParams.get('code');
  const iss = searchParams.get('iss') ?? undefined;
  return code === null || code === '' ? 'the authorization server sent no code' : { code, iss };
}

function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(host);
}

function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    connection: 'close',
  });
  response.end(`${text}\n`);
}
