// A gateway in front of the two servers of `fixture/`, and a plain HTTP client for it.
import { expect } from '@jest/globals';
import { join } from 'node:path';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The gateway, its client and the slugs of the two servers' tools. */
export interface RestGateway {
  readonly gateway: RunningGateway;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** `body` is sent as JSON; a string is sent as it stands. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Slug of a tool of `tool-server.mjs`. */
  toolbox(tool: string): string;
  /** Slug of a tool of `skill-server.mjs`. */
  blender(tool: string): string;
  readonly toolboxId: string;
}

function fixture(file: string): object {
  return { command: process.execPath, args: [join(import.meta.dirname, 'fixture', file)] };
}

const MCP_SERVERS = {
  toolbox: { ...fixture('tool-server.mjs'), timeoutMs: 1_000 },
  skills: { ...fixture('skill-server.mjs'), dccType: 'blender' },
  sleeper: { ...fixture('tool-server.mjs'), dccType: 'lazybox', lazy: true },
  gone: { command: process.execPath, args: ['-e', 'process.exit(3)'] },
};

async function toAnswer(response: Response): Promise<Answer> {
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}

function instanceOf(
  instances: unknown,
  name: string,
): { readonly instance_id: string; readonly instance_short: string } {
  const rows = instances as readonly { name: string; instance_id: string; instance_short: string }[];
  return rows.find((row) => row.name === name)!;
}

/** Starts the gateway and waits until it is ready; `more` joins its configuration. Whoever starts it stops `gateway`. */
export async function startRestGateway(
  more: object = {},
  credentials: Readonly<Record<string, string>> = {},
): Promise<RestGateway> {
  const gateway = await startGateway({ config: { mcpServers: MCP_SERVERS, ...more } });
  await gateway.ready();
  const get: RestGateway['get'] = async (path, headers = {}) => toAnswer(await fetch(gateway.url + path, { headers }));
  const post: RestGateway['post'] = async (path, body, headers = {}) =>
    toAnswer(
      await fetch(gateway.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    );
  const { body } = await get('/v1/instances', credentials);
  const box = instanceOf(body['instances'], 'toolbox');
  const skills = instanceOf(body['instances'], 'skills');
  return {
    gateway,
    get,
    post,
    toolbox: (tool) => `toolbox.${box.instance_short}.${tool}`,
    blender: (tool) => `blender.${skills.instance_short}.${tool}`,
    toolboxId: box.instance_id,
  };
}

/** The envelope of a failed request, whatever its ids. */
export function envelope(kind: string, message: unknown): object {
  return {
    error: {
      kind,
      message,
      retryable: expect.any(Boolean),
      recommended_next_action: expect.any(String),
    },
    request_id: expect.any(String),
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
  };
}
