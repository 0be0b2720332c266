// A gateway that asks for a token, and clients that have it or not.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ListeningGateway, Workplace } from './gateway.ts';
import { CLIENTS, type Command } from './installed.ts';
import { runClient, travel } from './run-client.ts';

const TIMEOUT_MILLIS = 60_000;
const TOKEN = 'a-token-for-tests-of-32-bytes-or-more';
const workplace = new Workplace({ auth: { tokens: [{ token: TOKEN, name: 'alice' }] } });
const gateway = new ListeningGateway(workplace, 'all');

const inspector = (...more: string[]): Command => {
  const [file, ...args] = CLIENTS.inspector();
  return [file, ...args, '--cli', gateway.url, '--method', 'tools/list', '--stored-auth-only', ...more];
};
const mcporter = (...more: string[]): Command => {
  const [file, ...args] = CLIENTS.mcporter();
  return [file, ...args, 'list', '--http-url', gateway.url, '--allow-http', '--no-oauth', '--name', 'gateway', ...more];
};

beforeAll(() => gateway.start(), TIMEOUT_MILLIS);

afterAll(async () => {
  await gateway.stop();
  workplace.remove();
});

test.each([
  ['the inspector', inspector, `Authorization: Bearer ${TOKEN}`],
  ['mcporter', mcporter, `Authorization=Bearer ${TOKEN}`],
] as const)(
  '%s is let in with the token',
  async (_, command, header) => {
    expect((await runClient(command('--header', header), workplace.folder)).stdout).toContain('everything__echo');
  },
  TIMEOUT_MILLIS,
);

test.each([
  ['the inspector', inspector, /A bearer token is required/],
  ['mcporter', mcporter, /401/],
] as const)(
  '%s is told that a token is missing',
  async (_, command, words) => {
    const { stdout, stderr } = await runClient(command(), workplace.folder);
    expect(`${stdout}${stderr}`).toMatch(words);
  },
  TIMEOUT_MILLIS,
);

test(
  'mcp-remote hands the token on',
  async () => {
    const [command, ...args] = [...CLIENTS.mcpRemote(), gateway.url, '--header', `Authorization: Bearer ${TOKEN}`];
    const task = { command: { command, args }, mode: 'all', root: workplace.root('work') };
    const steps = await travel(CLIENTS.sdkV1(), task, workplace.folder);
    expect(steps.answers('echo').text).toContain('Echo');
  },
  TIMEOUT_MILLIS,
);
