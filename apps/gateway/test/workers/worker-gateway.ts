// A gateway with two workers, as a process, and what a test sees of its processes from outside.
import { readdirSync, readFileSync } from 'node:fs';
import type { Json } from '../fixtures/callers.ts';
import { type GatewayProcess, startGatewayProcess, type StartProcessOptions } from '../fixtures/start-gateway.ts';

export type { GatewayProcess };

/** Starts it with two workers, and waits until its servers were tried. */
export async function startWithWorkers({ args = [], ...options }: StartProcessOptions = {}): Promise<GatewayProcess> {
  const gateway = await startGatewayProcess({ ...options, args: ['--workers', '2', ...args] });
  await gateway.ready();
  return gateway;
}

/** Processes that a process has started, with their command lines. */
export function childrenOf(pid: number): readonly { readonly pid: number; readonly command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/status`, 'utf8');
        const isOurs = new RegExp(String.raw`^PPid:\t${pid}$`, 'm').test(status) && !/^State:\s+Z/m.test(status);
        return isOurs ? [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8') }] : [];
      } catch {
        return []; // it has ended meanwhile
      }
    });
}

/** Process ids of the workers that run now. */
export function workersOf({ process: { pid = 0 } }: GatewayProcess): readonly number[] {
  return childrenOf(pid)
    .filter(({ command }) => command.endsWith('\0worker\0'))
    .map((child) => child.pid);
}

/** How many workers a gateway has that is started like this. */
export async function countWorkers(options: StartProcessOptions): Promise<number> {
  const gateway = await startGatewayProcess(options);
  const { length } = workersOf(gateway);
  await gateway.stop();
  return length;
}

/** One request on a connection of its own, which goes to the worker whose turn it is. */
export async function post(url: string, path: string, body: Json, headers: Record<string, string> = {}) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

export async function getJson(url: string, path: string): Promise<Json> {
  return (await (await fetch(url + path, { headers: { connection: 'close' } })).json()) as Json;
}

/** The slug of the only tool of that name. */
export async function slugOf(url: string, tool: string): Promise<string> {
  const { body } = await post(url, '/v1/search', { query: tool });
  const hits = body['hits'] as readonly { tool_slug: string; backend_tool: string }[];
  return hits.find(({ backend_tool: name }) => name === tool)!.tool_slug;
}
