// What the flags of the command line show; each is tried with the flag and without it.
import { createGateway } from '@dcc-mcp/gateway';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseCommandLine } from '../../../src/cli/command-line.ts';
import type { Json } from '../../fixtures/callers.ts';
import { runCommand } from '../../fixtures/run-command.ts';
import { runInProcess } from '../../fixtures/run-in-process.ts';
import { type ServedInProcess, serveInProcess } from '../../fixtures/serve-in-process.ts';
import { countWorkers } from '../../workers/worker-gateway.ts';
import { type FlagEffects, HISTORY_FLAGS } from './history-effects.ts';
import { askMcp } from './lab.ts';
import { PORT } from './server-effects.ts';
import { PUBLISHED, SECRET, signed } from './signed-tokens.ts';

async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'flags-'));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Serves with these arguments, looks, and stops. */
const served = (look: (gateway: ServedInProcess) => unknown) => (flag: readonly string[]) =>
  inFolder(async (folder) => {
    const file = join(folder, 'gateway.json');
    writeFileSync(file, '{"mcpServers":{}}');
    const line = await parseCommandLine(flag);
    if (!line.ok || line.command.name !== 'serve') {
      throw new Error(`${flag.join(' ')} does not serve`);
    }
    const gateway = await serveInProcess(file, { flags: line.command.flags });
    try {
      return await look(gateway);
    } finally {
      await gateway.stop();
    }
  });

const statusOf = (path: string) => served(async ({ url }) => (await fetch(url + path)).status);

const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n';

/** Two that want one port: the second one ends, or serves once the first one has stopped. */
async function secondOnPort(flag: readonly string[]): Promise<unknown> {
  const first = await createGateway({ config: { mcpServers: {} } });
  const second = served(() => 'serves')([...flag, '--port', new URL(first.url!).port]).catch(() => 'ends');
  await Promise.race([second, wait(300)]);
  await first.stop();
  return second;
}

const CONFIGURED = JSON.stringify({
  mcpServers: { named: { url: 'http://127.0.0.1:1/mcp' } },
  metrics: { jwt: { secret: SECRET } },
});

/** `--config` names the file that such a command reads. */
const withFile = (args: readonly string[]) => (flag: readonly string[]) =>
  inFolder(async (folder) => {
    const file = join(folder, 'gateway.json');
    writeFileSync(file, CONFIGURED);
    const { code } = await runInProcess([...args, ...(flag.length === 0 ? [] : [...flag, file])]);
    return code;
  });

/** By the flag and by its one letter. */
async function printed(flag: readonly string[]): Promise<readonly string[]> {
  const given = [flag, flag.map((name) => name.slice(1, 3))];
  const ends = await Promise.all(given.map((each) => runCommand(['config', 'schema', ...each])));
  return ends.map(({ stdout }) => stdout);
}

const SERVE_FLAGS: FlagEffects = {
  '--config': {
    observe: (flag) =>
      inFolder(async (folder) => {
        const file = join(folder, 'gateway.json');
        writeFileSync(file, CONFIGURED);
        const { stdout } = await runInProcess(['config', 'print', ...(flag.length === 0 ? [] : [...flag, file])]);
        return stdout.includes('named');
      }),
  },
  '--host': { value: '127.0.0.2', observe: served(({ url }) => new URL(url).hostname) },
  '--port': { value: PORT, observe: served(({ url }) => new URL(url).port === PORT) },
  '--stdio': {
    observe: served(async ({ stdin, stdout }) => {
      const said: string[] = [];
      stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
      stdin.write(PING);
      for (let round = 0; round < 10 && said.length === 0; round += 1) {
        await wait(20);
      }
      return said.join('');
    }),
  },
  '--expose': { value: 'all', observe: served(async ({ url }) => (await askMcp(url, 'tools/list'))['result']) },
  '--metrics': { observe: statusOf('/metrics') },
  '--no-admin': { observe: statusOf('/admin/') },
  '--admin-path': { value: '/ops', observe: statusOf('/ops/') },
  '--wait': { observe: secondOnPort },
  '--workers': { value: '2', observe: (args) => countWorkers({ args }) },
  '--json': { observe: async (flag) => (await runInProcess(['config', 'print', ...flag])).stdout.startsWith('{') },
  '--origins': { observe: async (flag) => (await runInProcess(['config', 'print', ...flag])).stdout },
  '--version': { observe: printed },
  '--help': { observe: printed },
};

const create = (...args: readonly string[]) => ['token', 'create', ...args];
const FOR = ['--username', 'ada'];
const SIGNED = ['--secret', SECRET];

/** The two readable parts of the token that is made. */
async function made(flag: readonly string[]): Promise<readonly Json[]> {
  const { stdout } = await runInProcess(create(...FOR, ...SIGNED, ...flag));
  const parts = stdout.split('.').slice(0, 2);
  return parts.map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Json);
}

const claim = (name: string) => async (flag: readonly string[]) => (await made(flag))[1]?.[name];
const codeOf =
  (...args: readonly string[]) =>
  async (flag: readonly string[]): Promise<number | null> =>
    (await runInProcess([...args, ...flag])).code;

const TOKEN_FLAGS: FlagEffects = {
  '--username': { value: 'ada', observe: codeOf(...create(...SIGNED)) },
  '--exp': {
    value: '5',
    observe: async (flag) => {
      const [, claims = {}] = await made(flag);
      return Number(claims['exp']) - Number(claims['iat']);
    },
  },
  '--secret': { value: SECRET, observe: codeOf(...create(...FOR)) },
  '--secret-file': {
    observe: (flag) =>
      inFolder(async (folder) => {
        const file = join(folder, 'secret');
        writeFileSync(file, SECRET);
        return codeOf(...create(...FOR))(flag.length === 0 ? [] : [...flag, file]);
      }),
  },
  '--algo': { value: 'EdDSA', observe: codeOf(...create(...FOR, `--secret=${PUBLISHED.privateKey}`)) },
  '--aud': { value: 'metrics', observe: claim('aud') },
  '--iss': { value: 'https://id.studio.example', observe: claim('iss') },
  '--token': { value: signed(), observe: codeOf('token', 'verify', ...SIGNED) },
  '--config': { observe: withFile(create(...FOR)) },
  '--help': { observe: codeOf(...create(...SIGNED)) },
};

/** By the command that takes them. */
export const FLAG_EFFECTS: Readonly<Record<string, FlagEffects>> = {
  // Those of `serve` and `doctor` are among them.
  'config print': SERVE_FLAGS,
  'token create': TOKEN_FLAGS,
  ...HISTORY_FLAGS,
};
