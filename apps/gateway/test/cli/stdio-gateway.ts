// The gateway with `--stdio`, every line of its stdout kept as it came.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../fixtures/callers.ts';
import { cleanEnvironment, MAIN } from '../fixtures/start-gateway.ts';

const TIMEOUT_MILLIS = 15_000;

export interface StdioRun {
  readonly child: ChildProcess;
  readonly stdout: readonly string[];
  stderr(): string;
  /** Writes one line to the gateway. */
  write(line: string): void;
  /** Sends a request and gives its answer. */
  request(method: string, params: Json): Promise<Json>;
  /** Resolves once `condition` holds. @throws {Error} After 15 s, with stderr. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Resolves with the exit code. @throws {Error} After 15 s. */
  ended(): Promise<number | null>;
  /** Ends it however it is, and removes its files. */
  kill(): Promise<void>;
}

/** Starts the gateway on pipes; `config` is written to a file of its own. Whoever starts it ends it. */
export function startStdio(config: object, env: Readonly<Record<string, string>> = {}): StdioRun {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-stdout-'));
  const file = join(folder, 'gateway.json');
  writeFileSync(file, JSON.stringify(config));
  const args = [MAIN, '--stdio', '--config', file];
  const child = spawn(process.execPath, args, { env: cleanEnvironment(env), stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = once(child, 'exit');
  const stdout: string[] = [];
  const stderr: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => stdout.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));
  child.stdin.on('error', () => {});
  const answerTo = (id: number): Json | undefined =>
    stdout
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Json)
      .find((each) => each['id'] === id);
  let lastId = 0;
  const run: StdioRun = {
    child,
    stdout,
    stderr: () => stderr.join('\n'),
    write: (line) => void child.stdin.write(`${line}\n`),
    async request(method, params) {
      lastId += 1;
      const id = lastId;
      run.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
      await run.until(() => answerTo(id) !== undefined);
      return answerTo(id)!;
    },
    async until(condition) {
      for (const deadline = Date.now() + TIMEOUT_MILLIS; Date.now() < deadline; await wait(20)) {
        if (await condition()) {
          return;
        }
      }
      throw new Error(`not within ${TIMEOUT_MILLIS} ms; stderr:\n${run.stderr()}`);
    },
    async ended() {
      await run.until(() => child.exitCode !== null || child.signalCode !== null);
      return child.exitCode;
    },
    async kill() {
      child.kill('SIGKILL');
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return run;
}
