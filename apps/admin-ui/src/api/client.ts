// The gateway, as the page asks it: its API lies below the page itself, so that any path and any proxy will do.
import { signal } from '@preact/signals';
import { accessToken } from './access-token.ts';

/** What a request asks with; what is undefined is left out. */
export type Parameters = Readonly<Record<string, string | number | undefined>>;

/** A request that the gateway refused, that never reached it (status 0), or whose answer can't be read (status 200). */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;
  readonly kind: string;
  readonly advice: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, error: Readonly<Record<string, unknown>>) {
    super(textOf(error['message']) ?? `HTTP ${status}`);
    this.status = status;
    this.kind = textOf(error['kind']) ?? 'unknown';
    this.advice = textOf(error['recommended_next_action']);
    this.details = error;
  }
}

/** True from the moment a credential is asked for until one is given. */
export const needsToken = signal(false);

/** Below the page, the same for whoever looks; or below `/v1/debug`, where single requests are packed up. */
export type Api = 'page' | 'debug';

/** The address of a route. */
export function apiUrl(path: string, parameters: Parameters = {}, api: Api = 'page'): string {
  const root = api === 'page' ? './api' : (metaContent('debug-api') ?? '../v1/debug');
  // The base address of the document may hold a password, which no request takes; its location never does.
  const url = new URL(`${root}/${path}`, location.href);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') {
      url.searchParams.set(name, String(value));
    }
  }
  return url.href;
}

/** The address of a trace, by any of its ids. */
export function traceUrl(id: string): string {
  return apiUrl(`traces/${encodeURIComponent(id)}`);
}

/** The address of the gateway itself, as this browser reaches it, without a slash at its end. */
export function gatewayUrl(): string {
  return new URL(metaContent('debug-api') ?? '../v1/debug', location.href).href.replace(/\/v1\/debug\/?$/, '');
}

function metaContent(name: string): string | undefined {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content;
}

/** An answer, and what it took. */
export interface Answered<Answer> {
  readonly answer: Answer;
  readonly tookMillis: number;
  /** What the gateway itself took, and for how many rows; absent where it does not say. */
  readonly queryMillis?: number;
  readonly scanned?: number;
}

/** @throws {ApiRefusal} When the gateway refuses, is not reached, or its answer can't be read. @throws {DOMException} When aborted. */
export async function ask<Answer>(url: string, ending: AbortSignal): Promise<Answered<Answer>> {
  const begin = performance.now();
  const response = await request(url, { signal: ending, headers: { accept: 'application/json' } });
  const answer = await answerOf<Answer>(response);
  const timing = response.headers.get('server-timing') ?? '';
  const [, query] = /dur=([\d.]+)/.exec(timing) ?? [];
  const [, rows] = /rows;desc="(\d+)"/.exec(timing) ?? [];
  return {
    answer,
    tookMillis: performance.now() - begin,
    ...(query !== undefined && { queryMillis: Number(query) }),
    ...(rows !== undefined && { scanned: Number(rows) }),
  };
}

/** What is no JSON is no answer: a proxy or a sign-in page may have written it. */
async function answerOf<Answer>(response: Response): Promise<Answer> {
  try {
    return await response.json();
  } catch (error) {
    const message = 'What came is no answer of the gateway, but may be one of a proxy before it';
    throw error instanceof SyntaxError
      ? new ApiRefusal(response.status, { kind: 'unreadable', message })
      : unlessAborted(error);
  }
}

/** What a request is made with. */
export interface RequestOptions {
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
}

/** A response that is an answer. @throws {ApiRefusal} */
export async function request(url: string, { signal: ending, headers }: RequestOptions): Promise<Response> {
  const token = accessToken.value;
  const authorization = token === '' ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { signal: ending, headers: { ...headers, ...authorization } }).catch(
    (error: unknown) => {
      throw unlessAborted(error);
    },
  );
  needsToken.value = response.status === 401;
  if (!response.ok) {
    throw new ApiRefusal(response.status, await errorOf(response));
  }
  return response;
}

/** What was not wanted any more is no refusal; all else never reached the gateway, or broke off. */
function unlessAborted(error: unknown): unknown {
  return error instanceof DOMException && error.name === 'AbortError'
    ? error
    : new ApiRefusal(0, { kind: 'unreachable', message: error instanceof Error ? error.message : String(error) });
}

async function errorOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = await response.json().catch(() => undefined);
  return isRecord(body) && isRecord(body['error']) ? body['error'] : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
