// A gateway that holds changed tools, in front of a server whose tools a test changes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../fixtures/callers.ts';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import type { CommandEnd } from '../fixtures/run-command.ts';
import { runInProcess } from '../fixtures/run-in-process.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

export interface Answer {
  readonly status: number;
  readonly body: Json;
}

export type Tool = Readonly<Record<string, unknown>> & { readonly name: string };

export class HeldLab {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'held-'));
  readonly stateDir: string = join(this.folder, 'state');
  /** Of the gateway and of the commands. */
  env: Readonly<Record<string, string>> = {};
  /** What the server lists; changed in place. */
  readonly tools: Tool[] = [];
  #server: PlainServer | undefined;
  #gateway: RunningGateway | undefined;

  get url(): string {
    return this.#gateway!.url;
  }

  get log(): string {
    return this.#gateway!.stderr();
  }

  /** Starts the gateway anew, as after a restart. */
  async start(config: object = {}, env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.#gateway?.stop();
    this.#server ??= await startPlainServer({ tools: this.tools });
    this.#gateway = await startGateway({
      config: {
        mcpServers: { shop: { url: this.#server.url, dccType: 'maya' } },
        policy: { quarantine: 'on-change' },
        ...config,
      },
      env: { DCC_MCP_STATE_DIR: this.stateDir, ...this.env, ...env },
      enablePrometheus: true,
    });
    await this.#gateway.ready();
  }

  /** Stops the gateway; what it kept stays. */
  async halt(): Promise<void> {
    await this.#gateway?.stop();
    this.#gateway = undefined;
  }

  /** Lets the server list these tools, and the gateway look. */
  async list(...tools: readonly Tool[]): Promise<void> {
    this.tools.splice(0, this.tools.length, ...tools);
    // A tool that nobody knows is worth another look at the list.
    await this.post('call', { tool_slug: `maya.${await this.id8()}.nobody_knows_it` });
  }

  async stop(): Promise<void> {
    await this.#gateway?.stop();
    this.#server?.server.closeAllConnections();
    this.#server?.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async id8(): Promise<string> {
    const { instances } = await this.get('/v1/instances');
    return String((instances as readonly Json[])[0]!['instance_id']).slice(0, 8);
  }

  async slug(tool: string): Promise<string> {
    return `maya.${await this.id8()}.${tool}`;
  }

  async get(path: string): Promise<Json> {
    return (await (await fetch(this.url + path)).json()) as Json;
  }

  async post(operation: string, body: Json): Promise<Answer> {
    const response = await fetch(`${this.url}/v1/${operation}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Json };
  }

  async call(tool: string): Promise<Answer> {
    return this.post('call', { tool_slug: await this.slug(tool), arguments: {} });
  }

  /** The tools that search finds. */
  async found(): Promise<readonly string[]> {
    const { body } = await this.post('search', { limit: 100 });
    return (body['hits'] as readonly Json[]).map((hit) => String(hit['backend_tool'])).toSorted();
  }

  async quarantine(): Promise<{ readonly held: readonly Json[] } & Json> {
    return (await this.get('/v1/debug/governance'))['quarantine'] as never;
  }

  /** The value of a series of `/metrics`. */
  async metric(series: string): Promise<number | undefined> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length));
  }

  /** `dcc-mcp-gateway approvals …` of the same user. */
  approvals(...args: readonly string[]): Promise<CommandEnd> {
    return runInProcess(['approvals', ...args], { env: { DCC_MCP_STATE_DIR: this.stateDir, ...this.env } });
  }
}
