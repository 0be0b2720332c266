// One gateway with one setting, and everything around it that could show what the setting does.
import { createGateway } from '@dcc-mcp/gateway';
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readGatewayConfig } from '../../../src/config/reader/read-gateway-config.ts';
import type { Json } from '../../fixtures/callers.ts';
import { untilReady } from '../../fixtures/start-gateway.ts';
import { type SeenUpstream, startSeenUpstream } from './seen-upstream.ts';

/** What there is before the gateway starts. */
export interface Place {
  readonly upstream: SeenUpstream;
  readonly sink: OtlpSink;
  readonly folder: string;
  /** Writes a file there. @returns Its path. */
  write(name: string, content: string): string;
}

/** What one gateway answered and left. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
  readonly text: string;
}

export interface Lab extends Place {
  readonly url: string;
  readonly metricsUrls: readonly string[];
  /** What it said so far. */
  log(): string;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string, body: Json, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Calls a tool of the server `seen`. */
  call(tool: string, args?: Json, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** One request of the current MCP revision. */
  mcp(method: string): Promise<Json>;
  /** Status of a GET with a Host of its own, which `fetch` does not allow. */
  statusForHost(host: string): Promise<number | undefined>;
  /** Stops it. @returns The spans that left. */
  spans(): Promise<readonly DecodedSpan[]>;
  stop(): Promise<void>;
}

/** How a setting is tried. Keys of the file are written as paths: `metrics.enabled`. */
export interface Effect {
  /** What the file says besides it. */
  readonly base?: Json | ((place: Place) => Json);
  readonly env?: Readonly<Record<string, string>> | ((place: Place) => Readonly<Record<string, string>>);
  /** Its value. */
  readonly value: unknown;
  /** What it is compared with; unset where left out. */
  readonly other?: unknown;
  /** What the command alone does: looks at it as a process of its own, with that file, instead of {@link observe}. */
  readonly observeProcess?: (file: Json) => Promise<unknown>;
  /** The observation; that of a gateway that does not start is what it said. */
  observe(lab: Lab): unknown;
}

/** Where the servers behind a gateway are not the point. */
export const SERVER = 'mcpServers.seen';

/** `{'a.b': 1}` as `{a: {b: 1}}`. */
export function toFile(flat: Json): Json {
  const file: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(flat).filter(([, each]) => each !== undefined)) {
    const keys = path.split('.');
    let node = file;
    for (const key of keys.slice(0, -1)) {
      node = (node[key] ??= {}) as Record<string, unknown>;
    }
    node[keys.at(-1)!] = value;
  }
  return file;
}

export async function createPlace(): Promise<Place & { close(): Promise<void> }> {
  const [upstream, sink] = await Promise.all([startSeenUpstream(), startOtlpSink()]);
  const folder = mkdtempSync(join(tmpdir(), 'effects-'));
  return {
    upstream,
    sink,
    folder,
    write: (name, content) => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
    close: async () => {
      upstream.close();
      await sink.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const toJson = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
};

async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: toJson(text) };
}

function askWithHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${url}/v1/healthz`, { headers: { host }, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });
}

/** The envelope of a request without a session. */
const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'effects', version: '1.0.0' },
};

/** The answer to one request of the current MCP revision. */
export async function askMcp(url: string, method: string): Promise<Json> {
  const { text } = await ask(`${url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { _meta: MODERN } }),
  });
  const data = text.split('\n').findLast((line) => line.startsWith('data: {'));
  return toJson(data === undefined ? text : data.slice('data: '.length));
}

/** The slug of a tool of the server `seen`, whatever its answer. */
function slugOf(file: Json, tool: string): string {
  const { values } = readGatewayConfig({}, file);
  const server = values.mcpServers.find(({ key }) => key === 'seen');
  return `${server?.dccType}.${server?.instanceShort}.${tool}`;
}

/** Starts a gateway of that file. @throws {Error} What it says where it does not start. */
export async function startLab(place: Place, flat: Json, env: Readonly<Record<string, string>>): Promise<Lab> {
  const lines: string[] = [];
  const hasServer = Object.keys(flat).some((path) => path.startsWith(SERVER));
  const config = toFile({ ...(hasServer ? {} : { [SERVER]: { url: place.upstream.url } }), ...flat });
  const gateway = await createGateway({ config, env, log: (line) => lines.push(line) });
  const url = gateway.url!;
  const post: Lab['post'] = (path, body, headers = {}) =>
    ask(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  return {
    ...place,
    url,
    metricsUrls: gateway.metricsUrls,
    log: () => lines.join('\n'),
    get: (path, headers = {}) => ask(url + path, { headers }),
    post,
    call: async (tool, args = {}, headers = {}) => {
      await untilReady(url, () => lines.join('\n'));
      return post('/v1/call', { tool_slug: slugOf(config, tool), arguments: args }, headers);
    },
    mcp: (method) => askMcp(url, method),
    statusForHost: (host) => askWithHost(url, host),
    spans: async () => {
      await gateway.stop();
      return place.sink.spans();
    },
    stop: () => gateway.stop(),
  };
}

/** What the setting (a path of the file, or a variable) shows at that value; `undefined` leaves it out. */
export async function observe(path: string, effect: Effect, value: unknown): Promise<unknown> {
  const place = await createPlace();
  try {
    const told = typeof value === 'function' ? (value as (place: Place) => unknown)(place) : value;
    const base = typeof effect.base === 'function' ? effect.base(place) : effect.base;
    const env = typeof effect.env === 'function' ? effect.env(place) : effect.env;
    const own = told === undefined ? {} : { [path]: told };
    const isVariable = /^[A-Z_]+$/.test(path);
    if (effect.observeProcess !== undefined) {
      return await effect.observeProcess(toFile({ ...base, ...own }));
    }
    const lab = await startLab(
      place,
      { ...base, ...(isVariable ? {} : own) },
      { ...env, ...(isVariable ? (own as Readonly<Record<string, string>>) : {}) },
    ).catch((error: unknown) => `refused: ${error instanceof Error ? error.message : String(error)}`);
    if (typeof lab === 'string') {
      return lab;
    }
    try {
      return await effect.observe(lab);
    } finally {
      await lab.stop();
    }
  } finally {
    await place.close();
  }
}
