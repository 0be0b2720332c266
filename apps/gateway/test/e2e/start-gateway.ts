// Starts the gateway as a user does, as a process of its own, on a free port, straight from the sources.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const LISTENING = /listening on (http:\/\/[^\s)]+)/;
const START_TIMEOUT_MILLIS = 15_000;

export interface StartGatewayOptions {
  /** The configuration file's content; written to a folder of its own. */
  readonly config?: object;
  /** A configuration file that is there already, instead of `config`. */
  readonly configFile?: string;
  readonly args?: readonly string[];
  /** Added to an environment without any OTEL_*, DCC_MCP_* or METRICS_* setting. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A gateway that listens. */
export interface RunningGateway {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly process: ChildProcess;
  /** Everything it said on stderr so far. */
  stderr(): string;
  /** Resolves once `/readyz` answers 200. @throws {Error} After 15 s, with stderr. */
  ready(): Promise<void>;
  /** Sends SIGTERM and waits for the end; gives the exit code (`null` where a signal ended it). */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

function environment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL_|DCC_MCP_|METRICS_|ENABLE_METRICS|NODE_OPTIONS|FORCE_COLOR)/.test(name),
  );
  return { ...Object.fromEntries(kept), ...extra };
}

function untilListening(child: ChildProcess, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the gateway ${why}:\n${lines.join('\n')}`));
    const timer = setTimeout(() => fail('never listened'), START_TIMEOUT_MILLIS);
    child.once('close', (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
    createInterface({ input: child.stderr! }).on('line', (line) => {
      lines.push(line);
      const url = LISTENING.exec(line)?.[1];
      if (url !== undefined) {
        clearTimeout(timer);
        resolve(url);
      }
    });
  });
}

async function untilReady(url: string, stderr: () => string): Promise<void> {
  for (const deadline = Date.now() + START_TIMEOUT_MILLIS; Date.now() < deadline; await wait(50)) {
    if ((await fetch(`${url}/readyz`)).status === 200) {
      return;
    }
  }
  throw new Error(`the gateway was never ready:\n${stderr()}`);
}

/** Starts a gateway and waits until it listens. Whoever starts it stops it. */
export async function startGateway(options: StartGatewayOptions = {}): Promise<RunningGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-e2e-'));
  const ownConfig = join(folder, 'gateway.json');
  writeFileSync(ownConfig, JSON.stringify(options.config ?? { mcpServers: {} }));
  const child = spawn(
    process.execPath,
    [
      '--conditions=@dcc-mcp/source',
      MAIN,
      '--config',
      options.configFile ?? ownConfig,
      '--port',
      '0',
      ...(options.args ?? []),
    ],
    { env: environment(options.env ?? {}), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const lines: string[] = [];
  const stderr = (): string => lines.join('\n');
  const url = await untilListening(child, lines);
  return {
    url,
    process: child,
    stderr,
    ready: () => untilReady(url, stderr),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'close');
        child.kill(signal);
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}
