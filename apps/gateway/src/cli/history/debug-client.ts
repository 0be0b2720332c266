import type { ReadableStream } from 'node:stream/web';
import { messageOf } from '../../protocol/thrown-error.ts';

/** What the gateway answered, or why it did not, in one line. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** Asks `/v1/debug` of one gateway. */
export class DebugClient {
  readonly #url: string;
  readonly #token: string | undefined;

  constructor(url: string, token: string | undefined) {
    this.#url = url;
    this.#token = token;
  }

  /** @typeParam T What the route answers, by its contract. */
  async json<T>(path: string, query: Readonly<Record<string, string | undefined>> = {}): Promise<Answer<T>> {
    const answer = await this.#fetch(path, query);
    if (!answer.ok) {
      return answer;
    }
    const value: T = JSON.parse(await answer.value.text());
    return { ok: true, value };
  }

  /** The lines of an answer that goes on until `signal` aborts or the gateway ends it. */
  async lines(
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
  ): Promise<Answer<AsyncIterable<string>>> {
    const answer = await this.#fetch(path, query, signal);
    return answer.ok ? { ok: true, value: linesOf(answer.value, signal) } : answer;
  }

  async #fetch(
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    signal?: AbortSignal,
  ): Promise<Answer<Response>> {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = new URLSearchParams(given).toString();
    const headers = this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
    try {
      const target = `${this.#url}/v1/debug/${path}${search === '' ? '' : `?${search}`}`;
      const response = await fetch(target, { headers, ...(signal === undefined ? {} : { signal }) });
      return response.ok ? { ok: true, value: response } : { ok: false, message: await refusalOf(response) };
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
      return { ok: false, message: `no gateway answers at ${this.#url} (${cause}); start one, or name it with --url` };
    }
  }
}

async function refusalOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { error }: { error: { message: string } } = JSON.parse(text);
    const token = response.status === 401 ? ' (--token, or DCC_MCP_AUTH_TOKEN)' : '';
    return `${error.message}${token}`;
  } catch {
    return `what answers there is no gateway of this kind (HTTP ${response.status})`;
  }
}

async function* linesOf(response: Response, signal: AbortSignal): AsyncGenerator<string> {
  let rest = '';
  const body = response.body as ReadableStream<Uint8Array> | null;
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body ?? []) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
    }
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
}
