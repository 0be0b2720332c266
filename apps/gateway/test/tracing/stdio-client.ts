// A gateway that speaks MCP on its standard streams, and a client of it without a library.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Json } from '../fixtures/callers.ts';
import { cleanEnvironment, MAIN } from '../fixtures/start-gateway.ts';

export interface StdioGateway {
  request(method: string, params: Json): Promise<Json>;
  stop(): Promise<void>;
}

/** Sends requests to a child and hands each answer to whom it belongs. */
function speak(child: ChildProcess): (method: string, params: Json) => Promise<Json> {
  const waiting = new Map<unknown, (message: Json) => void>();
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const message = JSON.parse(line) as Json;
    waiting.get(message['id'])?.(message);
  });
  let lastId = 0;
  return (method, params) => {
    lastId += 1;
    const id = lastId;
    child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return new Promise((resolve) => waiting.set(id, resolve));
  };
}

/** Starts `--stdio` and shakes hands, so that clients of both eras may speak. */
export async function startStdioGateway(config: object, env: Readonly<Record<string, string>>): Promise<StdioGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-stdio-'));
  const file = join(folder, 'gateway.json');
  writeFileSync(file, JSON.stringify(config));
  const args = [MAIN, '--config', file, '--port', '0', '--stdio'];
  const child = spawn(process.execPath, args, { env: cleanEnvironment(env), stdio: ['pipe', 'pipe', 'ignore'] });
  const request = speak(child);
  const clientInfo = { name: 'stdio', version: '1.0.0' };
  await request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  return {
    request,
    async stop() {
      const ended = once(child, 'close');
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
