import { toError } from '../../protocol/thrown-error.ts';
import type { HttpClient } from '../http/exchange/http-client.ts';
import { HttpExchange } from '../http/exchange/http-exchange.ts';

const TIMEOUT_MILLIS = 5_000;

/** One request to a route of a dcc-mcp-core host. */
export interface Question {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  /** Present: it is a POST of this JSON. */
  readonly body?: string;
  /** Without a body; default GET. */
  readonly method?: 'GET' | 'DELETE';
}

/** What a route answers; without a status where that is too long, or no text. */
export interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

const UNREADABLE: Answer = { status: undefined, text: '' };

/** One request to a route of the host; `undefined` when it gives no answer in time. */
export function askHost(
  client: HttpClient,
  { path, headers, maxBytes, body, method = 'GET' }: Question,
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(undefined);
      exchange.abort();
    }, TIMEOUT_MILLIS);
    const exchange = new HttpExchange({
      maxBytes,
      onEvent: () => {},
      onEnd: (ending) => {
        clearTimeout(timer);
        resolve(ending.kind === 'ended' ? ending : ending.kind === 'unreadable' ? UNREADABLE : undefined);
      },
    });
    const configured = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const own = { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const fields = { ...Object.fromEntries(configured), ...own };
    try {
      const flat = Object.entries<string>(fields).flat();
      client.dispatch(
        { method: body === undefined ? method : 'POST', path, headers: flat, body: body ?? null },
        exchange,
      );
    } catch (error) {
      exchange.fail(toError(error));
    }
  });
}
