// A gateway that starts anew, and one whose servers change, as clients that stay connected see them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { cleanEnvironment, ListeningGateway, Workplace } from './gateway.ts';
import { CLIENTS } from './installed.ts';

const TIMEOUT_MILLIS = 60_000;
const workplace = new Workplace();
const gateway = new ListeningGateway(workplace, 'all');
let program: ChildProcess;
let answers: AsyncIterator<string>;

type Seen = Readonly<Record<string, unknown>>;

async function wish(what: 'connect' | 'call' | 'changes'): Promise<Seen> {
  program.stdin!.write(`${what}\n`);
  const { value } = (await answers.next()) as { value: string };
  return JSON.parse(value) as Seen;
}

const CLIENT_NAMES = ['mcp-remote', 'sdk 1.x', 'sdk 2.x, 2026-07-28', 'sdk 2.x, handshake'];
const ofAll = (value: unknown): Seen => Object.fromEntries(CLIENT_NAMES.map((name) => [name, value]));

beforeAll(async () => {
  await gateway.start();
  const [file, ...args] = CLIENTS.reconnect();
  const task = JSON.stringify({ url: gateway.url, remote: [...CLIENTS.mcpRemote(), gateway.url] });
  program = spawn(file, [...args, task], {
    env: cleanEnvironment({ HOME: workplace.folder }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  answers = createInterface({ input: program.stdout! })[Symbol.asyncIterator]();
  await wish('connect');
}, TIMEOUT_MILLIS);

afterAll(async () => {
  if (program !== undefined) {
    const ended = once(program, 'close');
    program.stdin!.end();
    await ended;
  }
  await gateway.stop();
  workplace.remove();
}, TIMEOUT_MILLIS);

test(
  'every client hears that the tools changed when a server leaves the configuration',
  async () => {
    expect(await wish('call')).toEqual(ofAll('Echo: hi'));
    workplace.writeServers(['everything']);
    let seen = await wish('changes');
    for (let i = 0; i < 100 && Object.keys(seen).length < CLIENT_NAMES.length; i += 1) {
      await wait(100);
      seen = await wish('changes');
    }
    expect(seen).toEqual(ofAll(true));
  },
  TIMEOUT_MILLIS,
);

test(
  'after a restart of the gateway a call works at once, or says that a session has to be opened anew',
  async () => {
    await gateway.stop();
    await gateway.start();
    const anew = expect.stringContaining('Session not found: it is unknown or has ended; send initialize again');
    expect(await wish('call')).toEqual({
      'mcp-remote': 'Echo: hi',
      'sdk 1.x': anew,
      'sdk 2.x, handshake': anew,
      'sdk 2.x, 2026-07-28': 'Echo: hi',
    });
    await wish('connect');
    expect(await wish('call')).toEqual(ofAll('Echo: hi'));
  },
  TIMEOUT_MILLIS,
);
