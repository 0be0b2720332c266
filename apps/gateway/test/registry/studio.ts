// A gateway that instances register at, with what a studio asks of it.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServeOptions } from '../../src/cli/life.ts';
import { serveInProcess } from '../fixtures/serve-in-process.ts';
import type { RunningGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** The gateway of a group of tests, with what they ask of it. */
export class Studio {
  readonly gateway: RunningGateway;

  constructor(gateway: RunningGateway) {
    this.gateway = gateway;
  }

  async post(path: string, body: unknown, token?: string): Promise<Answer> {
    const response = await fetch(`${this.gateway.url}/v1/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Json };
  }

  register(body: Json, token?: string): Promise<Answer> {
    return this.post('instances/register', body, token);
  }

  async get(path: string, token?: string): Promise<Json> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return (await (await fetch(`${this.gateway.url}/v1/${path}`, { headers })).json()) as Json;
  }

  async row(id: string): Promise<Json | undefined> {
    const { instances } = await this.get('instances');
    return (instances as readonly Json[]).find(({ instance_id: each }) => each === id);
  }

  async cards(): Promise<{
    readonly summary: Json;
    readonly instances: Json[];
    readonly departed: Json[];
    readonly skipped: Json[];
  }> {
    return (await this.get('debug/instances')) as never;
  }

  async events(id: string): Promise<readonly Json[]> {
    const { events } = await this.get(`debug/events?q=instance_id=${id}`);
    return (events as readonly Json[]).toReversed();
  }

  async untilReady(id: string): Promise<void> {
    await until(async () => (await this.row(id))?.['status'] === 'ready');
  }

  async evictions(reason: string): Promise<number> {
    const text = await (await fetch(`${this.gateway.url}/metrics`)).text();
    return Number(
      new RegExp(`dcc_mcp_gateway_evictions_total\\{[^}]*reason="${reason}"[^}]*\\} (\\S+)`).exec(text)?.[1],
    );
  }
}

const folder = mkdtempSync(join(tmpdir(), 'registration-'));
let files = 0;

/** Whoever starts it stops its gateway. Its servers are probed every 50 ms unless `reaching` says otherwise. */
export async function startStudio(
  config: object = {},
  reaching: ServeOptions['reaching'] = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Studio> {
  const file = join(folder, `${(files += 1)}.json`);
  writeFileSync(file, JSON.stringify({ metrics: { enabled: true }, ...config }));
  return new Studio(await serveInProcess(file, { env, reaching: { probeIntervalMillis: 50, ...reaching } }));
}

/** What a Maya at that address registers with, under an id of its own. */
export function mayaAt(url: string, more: Json = {}): Json {
  return { instance_id: randomUUID(), dcc_type: 'maya', mcp_url: url, ...more };
}

export function removeStudios(): void {
  rmSync(folder, { recursive: true });
}

export function errorOf({ body }: Answer): Json {
  return body['error'] as Json;
}
