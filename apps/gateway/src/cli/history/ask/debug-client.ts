import type { ReadableStream } from 'node:stream/web';
import { VERSION } from '../../../config/load/version.ts';
import { messageOf } from '../../../protocol/thrown-error.ts';

/** Where a query can't be read. */
export interface QueryPlace {
  readonly query: string;
  /** In UTF-16 units from 0. */
  readonly position: number;
}

/** Why there is no answer. */
export interface Failure {
  /** One line that says what to do. */
  readonly message: string;
  readonly place?: QueryPlace | undefined;
}

/** What the gateway answered, or why it did not. */
export type Answer<T> = { readonly ok: true; readonly value: T } | ({ readonly ok: false } & Failure);

type Query = Readonly<Record<string, string | undefined>>;

interface Asked {
  /** Behind the address of the gateway: `/v1/debug/calls`. */
  readonly path: string;
  readonly query?: Query;
  /** JSON; with it the request is a POST. */
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** Asks one gateway: `/v1/debug` for what it remembers, and the routes of the tools. */
export class DebugClient {
  readonly url: string;
  readonly #token: string | undefined;

  constructor(url: string, token: string | undefined) {
    this.url = url;
    this.#token = token;
  }

  /** @typeParam T What the route answers, by its contract. */
  async json<T>(path: string, query: Query = {}): Promise<Answer<T>> {
    const answer = await this.#ask({ path: `/v1/debug/${path}`, query });
    return answer.ok ? parsed(await answer.value.text(), this.url) : answer;
  }

  /** The lines of an answer that goes on until `signal` aborts or the gateway ends it. */
  async lines(path: string, query: Query, signal: AbortSignal): Promise<Answer<AsyncIterable<string>>> {
    const answer = await this.#ask({ path: `/v1/debug/${path}`, query, signal });
    return answer.ok ? { ok: true, value: linesOf(answer.value, signal) } : answer;
  }

  /** The bytes of an answer, as they come: none is asked for before the ones before are taken. */
  async bytes(path: string, query: Query): Promise<Answer<ReadableStream<Uint8Array>>> {
    const answer = await this.#ask({ path: `/v1/debug/${path}`, query });
    return answer.ok ? { ok: true, value: bodyOf(answer.value) } : answer;
  }

  /** The JSON that is answered to JSON, also where that is a refusal with the ids of the request. */
  async post<T>(path: string, body: string): Promise<Answer<T>> {
    const asked = await this.#fetch({ path, body });
    if (!asked.ok) {
      return asked;
    }
    const { status } = asked.value;
    return status === 401 || status === 403
      ? { ok: false, ...(await refusalOf(asked.value)) }
      : parsed(await asked.value.text(), this.url);
  }

  async #ask(asked: Asked): Promise<Answer<Response>> {
    const answer = await this.#fetch(asked);
    return !answer.ok || answer.value.ok
      ? answer
      : { ok: false, ...(await refusalOf(answer.value, asked.query?.['q'])) };
  }

  async #fetch({ path, query = {}, body, signal }: Asked): Promise<Answer<Response>> {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = new URLSearchParams(given).toString();
    const headers = {
      'user-agent': `dcc-mcp-gateway/${VERSION}`,
      ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    try {
      const value = await fetch(`${this.url}${path}${search === '' ? '' : `?${search}`}`, {
        headers,
        ...(body === undefined ? {} : { method: 'POST', body }),
        ...(signal === undefined ? {} : { signal }),
      });
      return { ok: true, value };
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
      return { ok: false, message: `no gateway answers at ${this.url} (${cause}); start one, or name it with --url` };
    }
  }
}

function parsed<T>(text: string, url: string): Answer<T> {
  try {
    const value: T = JSON.parse(text);
    return { ok: true, value };
  } catch {
    return { ok: false, message: `what answers at ${url} is no gateway of this kind: it sends no JSON` };
  }
}

interface Refused {
  readonly error: {
    readonly kind?: string;
    readonly message: string;
    readonly recommended_next_action?: string;
    readonly position?: number;
  };
}

/** What a refusal says, and what to do where its words do not say so. */
async function refusalOf(response: Response, q?: string): Promise<Failure> {
  const text = await response.text();
  try {
    const { error }: Refused = JSON.parse(text);
    const { kind, message, recommended_next_action: action, position } = error;
    if (response.status === 401) {
      return { message: `${message}; give its token by --token or DCC_MCP_AUTH_TOKEN` };
    }
    if (kind === 'history-disabled' || kind === 'unknown-trace') {
      return { message: `${message}; ${lowerFirst(action)}` };
    }
    // The gateway counts from the first character that is no blank.
    return { message, place: q === undefined || position === undefined ? undefined : { query: q.trim(), position } };
  } catch {
    return { message: `what answers there is no gateway of this kind (HTTP ${response.status})` };
  }
}

function lowerFirst(sentence = ''): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
}

function bodyOf(response: Response): ReadableStream<Uint8Array> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same class under the name that Node's streams take
  return (response.body ?? new Blob([]).stream()) as ReadableStream<Uint8Array>;
}

async function* linesOf(response: Response, signal: AbortSignal): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of bodyOf(response)) {
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
