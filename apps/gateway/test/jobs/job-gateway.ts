// A gateway in front of a server whose calls are answered by the test, and its jobs over REST.
import { type HeldServer, startHeldServer } from '../fixtures/held-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the gateway tells of jobs, calls and lists: a test reads what it is about. */
export interface Told {
  readonly job_id: string;
  readonly trace_id: string;
  readonly status_url: string;
  readonly events_url: string;
  readonly next_cursor: string;
  readonly total: number;
  readonly duration_ms: number;
  readonly jobs: readonly Told[];
  readonly error: { readonly kind: string; readonly message: string };
  readonly result: { readonly output: string; readonly original_size: number };
  readonly links: { readonly trace_api: string };
  readonly hits: readonly { readonly tool_slug: string }[];
  readonly instances: readonly { readonly name: string; readonly instance_short: string }[];
  readonly [name: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Told;
}

export interface JobGateway {
  readonly gateway: RunningGateway;
  readonly upstream: HeldServer;
  readonly url: string;
  readonly slug: string;
  ask(method: string, path: string, options?: { readonly body?: unknown; readonly headers?: Json }): Promise<Answer>;
  /** Asks for a job of a call of `held`. */
  start(args?: Json, options?: { readonly token?: string }): Promise<Answer>;
  /** Reads the job until it is over. */
  ended(id: string, token?: string): Promise<Answer>;
  stop(): Promise<void>;
}

export interface JobGatewayOptions {
  readonly config?: Json;
  readonly entry?: Json;
  readonly env?: Readonly<Record<string, string>>;
  readonly tools?: readonly (string | Json)[];
  readonly enablePrometheus?: boolean;
}

export async function startJobGateway(options: JobGatewayOptions = {}): Promise<JobGateway> {
  const { config = {}, entry = {}, env = {}, tools, enablePrometheus = false } = options;
  const upstream = await startHeldServer(tools);
  const gateway = await startGateway({
    config: { ...config, mcpServers: { held: { url: upstream.url, ...entry } } },
    env,
    enablePrometheus,
  });
  await gateway.ready();
  const { url } = gateway;
  const ask: JobGateway['ask'] = async (method, path, { body, headers = {} } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(headers as Record<string, string>) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: JSON.parse(text === '' ? '{}' : text) as Told,
    };
  };
  const slug = await slugOf(ask, config);
  return {
    gateway,
    upstream,
    url,
    slug,
    ask,
    start: (args = {}, { token } = {}) =>
      ask('POST', '/v1/call', {
        body: { tool_slug: slug, arguments: args, meta: { 'dcc.async': true } },
        headers: authorized(token),
      }),
    ended: async (id, token) => {
      const events = await fetch(`${url}/v1/jobs/${id}/events`, {
        headers: authorized(token),
      });
      await events.text();
      return ask('GET', `/v1/jobs/${id}`, { headers: authorized(token) });
    },
    stop: async () => {
      await gateway.stop();
      upstream.close();
    },
  };
}

function authorized(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

async function slugOf(ask: JobGateway['ask'], config: Json): Promise<string> {
  const [first] = ((config['auth'] as { tokens?: readonly { token: string }[] } | undefined)?.tokens ??
    []) as readonly {
    token: string;
  }[];
  const headers = first === undefined ? {} : { authorization: `Bearer ${first.token}` };
  const { body } = await ask('POST', '/v1/search', { body: { query: '', limit: 1 }, headers });
  return body.hits[0]!.tool_slug;
}
