// A machine of its own: a folder for temporary files in which hosts of dcc-mcp-core and gateways find each other.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { CLIENTS } from './installed.ts';

const MAIN = join(dirname(createRequire(import.meta.url).resolve('@dcc-mcp/gateway/package.json')), 'dist/main.js');
const START_MILLIS = 30_000;
/** A server that never answers: the gateway is not ready before it has been tried for 10 s. */
const HANGING = { command: process.execPath, args: ['-e', 'setTimeout(() => {}, 1e6)'] };

export type Json = Readonly<Record<string, unknown>>;

/** An instance as `/v1/instances` shows it. */
export interface Instance {
  readonly instance_id: string;
  readonly instance_short: string;
  readonly source: string;
  readonly status: string;
  readonly scene: string | null;
  readonly pid: number;
}

export interface Host {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly is_gateway: boolean;
}

export interface GatewayStart {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export class Machine {
  readonly #folder: string = realpathSync(mkdtempSync(join(tmpdir(), 'machine-')));
  readonly #children: ChildProcess[] = [];

  /** @param config What its file holds beside a server that hangs. */
  async startGateway(config: Json = {}, { args = [], env = {} }: GatewayStart = {}): Promise<Gateway> {
    const file = join(this.#folder, `gateway-${this.#children.length}.json`);
    writeFileSync(file, JSON.stringify({ mcpServers: { hanging: HANGING }, ...config }));
    const child = spawn(process.execPath, [MAIN, '--config', file, '--port', '0', ...args], {
      env: this.#environment(env),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#children.push(child);
    const line = await firstLine(child, child.stderr, /listening on (http:\/\/[^\s)]+)/);
    return new Gateway(line[1]!);
  }

  /** @param base As adapters of applications are made. */
  async startHost(gateway: Gateway, base = false): Promise<Host> {
    const [python, ...program] = CLIENTS.wheel();
    const child = spawn(python, [...program, ...(base ? ['base'] : [])], {
      env: this.#environment({ DCC_MCP_GATEWAY_PORT: new URL(gateway.url).port }),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#children.push(child);
    const line = await firstLine(child, child.stdout, /^\{"pid".*/);
    return { child, ...(JSON.parse(line[0]) as Omit<Host, 'child'>) };
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'close');
        child.kill('SIGKILL');
        await ended;
      }
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Nothing says where the registry is: both find it in the folder for temporary files. */
  #environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    mkdirSync(join(this.#folder, 'tmp'), { recursive: true });
    return { PATH: process.env['PATH'], HOME: this.#folder, TMPDIR: join(this.#folder, 'tmp'), ...more };
  }
}

function firstLine(child: ChildProcess, stream: NodeJS.ReadableStream, pattern: RegExp): Promise<RegExpExecArray> {
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`${why}:\n${lines.slice(-20).join('\n')}`));
    const timer = setTimeout(() => fail('it did not start in time'), START_MILLIS);
    child.once('close', (code) => {
      clearTimeout(timer);
      fail(`it ended with ${code}`);
    });
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      const match = pattern.exec(line);
      if (match !== null) {
        clearTimeout(timer);
        resolve(match);
      }
    });
  });
}

export class Gateway {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async get<T = Json>(path: string): Promise<T> {
    return (await (await fetch(this.url + path)).json()) as T;
  }

  async post(path: string, body: object): Promise<Json & { readonly status: number }> {
    const response = await fetch(this.url + path, { method: 'POST', body: JSON.stringify(body) });
    return { ...((await response.json()) as Json), status: response.status };
  }

  async hosts(): Promise<readonly Instance[]> {
    const { instances } = await this.get<{ instances: readonly Instance[] }>('/v1/instances');
    return instances.filter(({ source }) => source === 'file');
  }

  /** Waits until the host is there and ready. @throws {Error} When it is not after 10 s. */
  ready({ pid }: Host): Promise<Instance> {
    return this.#until(async () => (await this.hosts()).find((each) => each.pid === pid && each.status === 'ready'));
  }

  /** Waits until the host is gone. @throws {Error} When it is not after 10 s. */
  gone({ pid }: Host): Promise<boolean> {
    return this.#until(async () => (await this.hosts()).every((each) => each.pid !== pid) || undefined);
  }

  /** Waits until a job has ended. @throws {Error} When it has not after 10 s. */
  ended(id: string): Promise<Json> {
    return this.#until(async () => {
      const job = await this.get(`/v1/jobs/${id}`);
      return job['finished_at'] === undefined ? undefined : job;
    });
  }

  async events(name: string): Promise<readonly string[]> {
    const { events } = await this.get<{ events: readonly { event: string; instance_id: string }[] }>(
      '/v1/debug/events',
    );
    return events.filter(({ event }) => event === name).map(({ instance_id: id }) => id);
  }

  /** A request of the revision without sessions. */
  async mcp(method: string, params: Json): Promise<Json> {
    const { _meta: meta, ...rest } = params;
    const envelope = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': { name: 'wheel-test', version: '1.0.0' },
      ...(meta as Json | undefined),
    };
    const name = rest['name'] ?? rest['uri'];
    const response = await fetch(`${this.url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...rest, _meta: envelope } }),
    });
    const text = await response.text();
    const data = text.split('\n').findLast((line) => line.startsWith('data: {'));
    const { result, error } = JSON.parse(data?.slice('data: '.length) ?? text) as { result?: Json; error?: Json };
    return result ?? { error };
  }

  async #until<T>(look: () => Promise<T | undefined>): Promise<T> {
    for (const end = Date.now() + 10_000; Date.now() < end; await wait(20)) {
      const found = await look();
      if (found !== undefined) {
        return found;
      }
    }
    throw new Error(`it did not come to that: ${JSON.stringify(await this.get('/admin/api/instances'))}`);
  }
}
