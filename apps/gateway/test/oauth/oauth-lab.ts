// A gateway, its command line and a configuration file in a folder of their own, before servers that ask for tokens.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { AuthorizationServer } from '../fixtures/authorization-server.ts';
import type { Json } from '../fixtures/callers.ts';
import type { CommandEnd } from '../fixtures/run-command.ts';
import { runInProcess } from '../fixtures/run-in-process.ts';
import { type ServedInProcess, serveInProcess } from '../fixtures/serve-in-process.ts';

/** What a call of `whoami` is answered. */
export interface Answered extends Json {
  readonly status: number;
  readonly output?: string;
  readonly error?: { readonly kind: string; readonly message: string };
}

/** The rows of `/v1/instances` and of `/v1/debug/instances`. */
export async function instancesAt(
  { url }: { readonly url: string },
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly Json[]> {
  const answer = await (await fetch(url + path, { headers })).json();
  return (answer as { readonly instances: readonly Json[] }).instances;
}

export interface OauthLab {
  readonly folder: string;
  /** Names of the files with tokens. */
  tokenFiles(): readonly string[];
  /** Writes the configuration. */
  configure(config: object): void;
  serve(): Promise<ServedInProcess>;
  /** Runs a command with the configuration. */
  run(args: readonly string[], onPrint?: (text: string) => void): Promise<CommandEnd>;
  /** Logs in at the page that the command prints. */
  login(server: string, at: AuthorizationServer, args?: readonly string[]): Promise<CommandEnd>;
  stop(): Promise<void>;
}

export function createLab(): OauthLab {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-'));
  const configFile = join(folder, 'gateway.json');
  const env = { DCC_MCP_STATE_DIR: join(folder, 'state'), DCC_MCP_REGISTRY_DIR: 'off', XDG_RUNTIME_DIR: folder };
  const running: ServedInProcess[] = [];
  const lab: OauthLab = {
    folder,
    tokenFiles: () => {
      try {
        return readdirSync(join(folder, 'state', 'oauth')).map((name) => join(folder, 'state', 'oauth', name));
      } catch {
        return [];
      }
    },
    configure: (config) => writeFileSync(configFile, JSON.stringify(config)),
    serve: async () => {
      const gateway = await serveInProcess(configFile, { env });
      running.push(gateway);
      return gateway;
    },
    run: (args, onPrint) => runInProcess([...args, '--config', configFile], { env, ...(onPrint && { onPrint }) }),
    login: (server, at, args = []) =>
      lab.run(['login', server, '--no-browser', ...args], (text) => {
        const page = pageIn(text);
        if (page !== undefined) {
          void arrive(at, page);
        }
      }),
    stop: async () => {
      await Promise.all(running.map((gateway) => gateway.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return lab;
}

/** Logs in as a browser would, and comes back as one. @returns What the browser shows then. */
export async function arrive(at: AuthorizationServer, page: string, change?: (landing: URL) => void): Promise<string> {
  const landing = new URL(await at.browse(page));
  change?.(landing);
  return (await fetch(landing)).text();
}

/** The page in what the command prints, if it is there. */
export function pageIn(text: string): string | undefined {
  return /^http\S+$/m.exec(text)?.[0];
}

/** The first of `server`'s rows for which `is` holds. @throws {Error} After `millis`, with the last one. */
export async function untilRow(
  gateway: { readonly url: string },
  {
    server,
    is,
    millis = 8_000,
  }: { readonly server: string; readonly is: (row: Json) => boolean; readonly millis?: number },
): Promise<Json> {
  const deadline = Date.now() + millis;
  for (;;) {
    const row = (await instancesAt(gateway, '/v1/debug/instances')).find((each) => each['display_name'] === server);
    if (row !== undefined && is(row)) {
      return row;
    }
    if (Date.now() > deadline) {
      throw new Error(`${server} stays ${JSON.stringify(row)}`);
    }
    await wait(50);
  }
}

export const isReady = (row: Json): boolean => row['status'] === 'ready';

/** Calls `whoami` of a server over REST. */
export async function whoami(
  gateway: { readonly url: string },
  { server, headers = {} }: { readonly server: string; readonly headers?: Readonly<Record<string, string>> },
): Promise<Answered> {
  const rows = await instancesAt(gateway, '/v1/instances', headers);
  const short = rows.find((each) => each['name'] === server)?.['instance_short'];
  const response = await fetch(`${gateway.url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ tool_slug: `${server}.${String(short)}.whoami` }),
  });
  return { status: response.status, ...((await response.json()) as Json) };
}

/** How the refreshes of tokens ended that a scrape tells of, without those of which there is none. */
export async function oauthRefreshes({ url }: { readonly url: string }): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const samples = text.matchAll(/^dcc_mcp_gateway_oauth_refresh_total\{result="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries(
    [...samples].map(([, result, count]) => [result!, Number(count)] as const).filter(([, count]) => count > 0),
  );
}
