// A gateway as it is built, in front of hosts that work, fail, hang and are not there.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '../../../..');
const MAIN = join(ROOT, 'apps/gateway/dist/main.js');
const HOST = join(ROOT, 'examples/demo-dcc/server.mjs');
const READY_MILLIS = 20_000;

const host = (more: object = {}): object => ({ command: process.execPath, args: [HOST], ...more });

const MCP_SERVERS = {
  maya: host({ dccType: 'maya', affinity: 'main', timeoutMs: 700 }),
  houdini: host({ dccType: 'houdini' }),
  nuke: {
    command: process.execPath,
    args: ['-e', 'console.error("no licence left"); process.exit(3)'],
    dccType: 'nuke',
  },
  vault: host({ dccType: 'vault' }),
};

/** A gateway that listens. */
export interface Studio {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface StudioOptions {
  /** Besides the hosts and a policy that keeps `vault` away. */
  readonly config?: object;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts it and waits for its hosts. Whoever starts it stops it. */
export async function openStudio({ config = {}, env = {} }: StudioOptions = {}): Promise<Studio> {
  const folder = mkdtempSync(join(tmpdir(), 'studio-'));
  const file = join(folder, 'gateway.json');
  const policy = { allowedDccTypes: ['maya', 'houdini', 'nuke'] };
  writeFileSync(file, JSON.stringify({ mcpServers: MCP_SERVERS, policy, metrics: { enabled: true }, ...config }));
  const child = spawn(process.execPath, [MAIN, '--config', file, '--port', '0'], {
    env: { PATH: process.env['PATH'], HOME: folder, DCC_MCP_REGISTRY_DIR: 'off', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = await untilListening(child);
  await untilReady(url);
  return {
    url,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'close');
        child.kill('SIGTERM');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function untilListening(child: ChildProcess): Promise<string> {
  return new Promise((resolveUrl, reject) => {
    const lines: string[] = [];
    child.once('close', (code) => reject(new Error(`the gateway ended with ${code}:\n${lines.join('\n')}`)));
    createInterface({ input: child.stderr! }).on('line', (line) => {
      lines.push(line);
      const url = /listening on (http:\/\/[^\s)]+)/.exec(line)?.[1];
      if (url !== undefined) {
        resolveUrl(url);
      }
    });
  });
}

async function untilReady(url: string): Promise<void> {
  for (const deadline = Date.now() + READY_MILLIS; Date.now() < deadline; await wait(50)) {
    const answer = await fetch(`${url}/readyz`);
    await answer.body?.cancel();
    if (answer.status === 200) {
      return;
    }
  }
  throw new Error('the gateway was never ready');
}
