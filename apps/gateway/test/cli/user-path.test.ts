// Servers find their programs as in the shell of whoever started the gateway, whatever npm put before.
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const OWN = join(REPOSITORY, 'node_modules/.bin');
const ABOVE = join(REPOSITORY, '../node_modules/.bin');
const NODE_GYP = '/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin';
const PROJECT = '/home/me/project/node_modules/.bin';

const folder = mkdtempSync(join(tmpdir(), 'user-path-'));
const file = join(folder, 'path');
let gateway: GatewayProcess | undefined;

afterEach(async () => {
  await gateway?.stop();
  rmSync(file, { force: true });
});

afterAll(() => rmSync(folder, { recursive: true }));

/** PATH as a server finds it where the gateway has `path`. */
async function pathOfServer(path: readonly string[]): Promise<string> {
  const script = 'fs.writeFileSync(process.argv[1], process.env.PATH); setInterval(() => {}, 1000)';
  const server = { command: process.execPath, args: ['-e', script, file] };
  gateway = await startGatewayProcess({
    config: { mcpServers: { server } },
    env: { PATH: path.join(delimiter) },
  });
  for (const deadline = Date.now() + 10_000; !existsSync(file) && Date.now() < deadline; await wait(20)) {
    // A server takes a moment to start.
  }
  return readFileSync(file, 'utf8');
}

test.each([
  ['npm start', [OWN, OWN, ABOVE, NODE_GYP, PROJECT, '/usr/bin'], [PROJECT, '/usr/bin']],
  ['npx of the repository', [OWN, ABOVE, NODE_GYP, '/usr/bin'], ['/usr/bin']],
  ['a project of its own', [PROJECT, ABOVE, NODE_GYP, '/usr/bin'], [PROJECT, ABOVE, NODE_GYP, '/usr/bin']],
  ['a shell that has the repository further behind', ['/usr/bin', OWN], ['/usr/bin', OWN]],
])(
  '%s',
  async (_what, path, left) => {
    expect(await pathOfServer(path)).toBe(left.join(delimiter));
  },
  30_000,
);
