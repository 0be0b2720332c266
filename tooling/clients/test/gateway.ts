// The gateway's command with two reference servers behind it, for clients that reach it over HTTP or start it themselves.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const START_TIMEOUT_MILLIS = 30_000;
const { resolve } = createRequire(import.meta.url);
const MAIN = join(dirname(resolve('@dcc-mcp/gateway/package.json')), 'dist/main.js');
const server = (name: string) => ({
  command: process.execPath,
  args: [join(dirname(resolve(`@modelcontextprotocol/${name}/package.json`)), 'dist/index.js')],
});

export const SERVERS: Readonly<Record<'everything' | 'files', { readonly command: string; readonly args: string[] }>> =
  { everything: server('server-everything'), files: server('server-filesystem') };

export const LARGE_BYTES = 3_000_000;

/** What the gateway offers: its four tools, or those of the servers. */
export type Mode = 'search' | 'all';

/** A folder with all that a test writes; whoever makes it removes it. */
export class Workplace {
  readonly folder: string = realpathSync(mkdtempSync(join(tmpdir(), 'real-clients-')));
  readonly #more: object;

  /** @param more What the gateway's configuration holds beside its servers. */
  constructor(more: object = {}) {
    this.#more = more;
  }

  /** A folder that a client offers as its root, with one large file. */
  root(name: string): string {
    const root = join(this.folder, name);
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, 'large.txt'), 'x'.repeat(LARGE_BYTES));
    return root;
  }

  write(name: string, content: object): string {
    const file = join(this.folder, name);
    writeFileSync(file, JSON.stringify(content));
    return file;
  }

  /** The arguments of Node that start the gateway; server-filesystem gets its folders as roots alone. */
  gatewayArguments(mode: Mode, more: readonly string[]): string[] {
    return [MAIN, '--config', this.writeServers(Object.keys(SERVERS)), '--expose', mode, ...more];
  }

  /** Writes the gateway's configuration with these of {@link SERVERS}; gives its file. */
  writeServers(names: readonly string[]): string {
    const mcpServers = Object.fromEntries(Object.entries(SERVERS).filter(([name]) => names.includes(name)));
    return this.write('gateway.json', { mcpServers, ...this.#more });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The gateway on a port, all its servers ready. */
export class ListeningGateway {
  readonly #workplace: Workplace;
  readonly #mode: Mode;
  #child: ChildProcess | undefined;
  #stderr = '';
  /** `http://127.0.0.1:PORT/mcp`, the same after a restart. */
  url = '';

  constructor(workplace: Workplace, mode: Mode) {
    this.#workplace = workplace;
    this.#mode = mode;
  }

  stderr = (): string => this.#stderr;

  /** Starts it, again where it ran before. @throws {Error} When it is not ready after 30 s. */
  async start(): Promise<this> {
    const port = this.url === '' ? '0' : new URL(this.url).port;
    const child = spawn(process.execPath, this.#workplace.gatewayArguments(this.#mode, ['--port', port, '--metrics']), {
      env: cleanEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.#stderr += `${line}\n`;
      this.url ||= toEndpoint(/listening on (http:\/\/[^\s)]+)/.exec(line)?.[1]);
    });
    for (const deadline = Date.now() + START_TIMEOUT_MILLIS; Date.now() < deadline; await wait(50)) {
      if (this.url !== '' && (await isReady(this.url))) {
        return this;
      }
    }
    throw new Error(`the gateway was never ready:\n${this.#stderr}`);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    }
  }
}

const toEndpoint = (origin: string | undefined): string => (origin === undefined ? '' : `${origin}/mcp`);

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(new URL('/readyz', url))).status === 200;
  } catch {
    return false;
  }
}

/** The environment of the test without what would change a gateway or a client, and without the hosts of this machine. */
export function cleanEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL_|DCC_MCP_|METRICS_|ENABLE_METRICS|NODE_OPTIONS|FORCE_COLOR|REAL_CLIENTS|PYTHON)/.test(name),
  );
  return { ...Object.fromEntries(kept), DCC_MCP_REGISTRY_DIR: 'off', ...more };
}
