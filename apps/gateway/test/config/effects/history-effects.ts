// What the flags of the commands on the history show of one gateway, which all of them ask.
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { announceGateway } from '../../../src/cli/running-gateways.ts';
import type { CommandEnd } from '../../fixtures/run-command.ts';
import { runInProcess } from '../../fixtures/run-in-process.ts';
import { createPlace, startLab } from './lab.ts';

export interface FlagEffect {
  readonly value?: string;
  /** The observation with these arguments, which are none or the flag. */
  observe(flag: readonly string[]): Promise<unknown>;
}

export type FlagEffects = Readonly<Record<string, FlagEffect>>;

const TOKEN = 'a-token-of-this-test';
const BEARER = { authorization: `Bearer ${TOKEN}` };

/** A gateway that had a search that led to a tool, one that found nothing, and calls that went well and that did not. */
interface History {
  readonly url: string;
  readonly folder: string;
  /** Request ids. */
  readonly read: string;
  readonly wiped: string;
  /** What reached the server at last. */
  last(): { readonly tool: string; readonly arguments: unknown } | undefined;
  slug(tool: string): string;
  /** A call that goes well, and one that does not. */
  work(): Promise<void>;
  stop(): Promise<void>;
}

async function startHistory(): Promise<History> {
  const place = await createPlace();
  // Without --url there are two to choose from, and nobody asks at the default address, where another gateway may listen.
  const env = { XDG_RUNTIME_DIR: place.folder };
  const lab = await startLab(place, { 'auth.tokens': [{ token: TOKEN }] }, {});
  const call = async (tool: string, args: object) => (await lab.call(tool, { ...args }, BEARER)).body;
  const work = async (): Promise<void> => {
    await call('read', { n: 2 });
    await call('read', { n: 'x' });
  };
  await work();
  const read = await call('read', { n: 1 });
  const wiped = await call('wipe', {});
  await lab.post('/v1/search', { query: 'read' }, BEARER);
  await lab.post('/v1/search', { query: 'qqqqqqqq' }, BEARER);
  while (Number((await lab.get('/v1/debug/traces', BEARER)).body['total']) < 6) {
    await wait(10);
  }
  [lab.url, lab.url.replace('127.0.0.1', '127.1')].forEach((url, pid) =>
    announceGateway(env, { pid, url, version: '0.0.0' }),
  );
  return {
    url: lab.url,
    folder: place.folder,
    read: String(read['request_id']),
    wiped: String(wiped['request_id']),
    last: () => place.upstream.calls.at(-1),
    slug: (tool) => String(read['tool_slug']).replace(/[^.]+$/, tool),
    work,
    stop: async () => {
      await lab.stop();
      await place.close();
    },
  };
}

let started: Promise<History> | undefined;

function theHistory(): Promise<History> {
  started ??= startHistory();
  return started;
}

/** Stops the gateway, where a flag has been tried. */
export async function endHistory(): Promise<void> {
  await (await started)?.stop();
}

/** Runs a command; while `tail` goes on, there is work, and Ctrl-C once it has shown a call that went wrong for the second time. */
async function run(args: readonly string[], { folder, work }: History): Promise<CommandEnd> {
  const env = { XDG_RUNTIME_DIR: folder };
  const over = new AbortController();
  const ending = runInProcess(args, { env, until: /bad_request[^]*bad_request/ }).finally(() => over.abort());
  while (args[0] === 'tail' && !over.signal.aborted) {
    await work();
  }
  return ending;
}

type Arguments = (history: History) => readonly string[];
type Look = (end: CommandEnd, history: History) => unknown;

interface Trial {
  /** What stands behind the verb. */
  readonly args?: Arguments;
  /** The value of the flag, where only the gateway knows it. */
  readonly value?: (history: History) => string;
  readonly look?: Look;
}

const whole: Look = ({ code, stdout }) => [code, stdout];
const code: Look = (end) => end.code;
const isJson: Look = ({ stdout }) => stdout.startsWith('{');
const isSilent: Look = ({ code: ended, stdout }) => ended === 0 && stdout === '';
const isAbout: Look = ({ stdout }) => /^Usage: |^\d+\.\d+\.\d+\n$/.test(stdout);

const trying =
  (verb: string, { args = () => [], value, look = whole }: Trial = {}) =>
  async (flag: readonly string[]): Promise<unknown> => {
    const history = await theHistory();
    const given = flag.length === 0 || value === undefined ? flag : [...flag, value(history)];
    const asked = [verb, ...args(history), '--url', history.url, '--token', TOKEN, ...given];
    return look(await run(asked, history), history);
  };

/** What each of them takes. */
function everywhere(verb: string, args: Arguments = () => []): FlagEffects {
  return {
    '--url': {
      observe: async (flag) => {
        const history = await theHistory();
        const url = flag.length === 0 ? [] : [...flag, history.url];
        return (await run([verb, ...args(history), '--token', TOKEN, ...url], history)).code;
      },
    },
    '--token': {
      value: TOKEN,
      observe: async (flag) => {
        const history = await theHistory();
        return (await run([verb, ...args(history), '--url', history.url, ...flag], history)).code;
      },
    },
    '--version': { observe: trying(verb, { args, look: isAbout }) },
    '--help': { observe: trying(verb, { args, look: isAbout }) },
  };
}

const times = (verb: string): FlagEffects => ({
  '--since': { value: '2100-01-01T00:00:00Z', observe: trying(verb) },
  '--until': { value: '2000-01-01T00:00:00Z', observe: trying(verb) },
});

const listing = (verb: string, q: string): FlagEffects => ({
  '--q': { value: q, observe: trying(verb) },
  '--limit': { value: '1', observe: trying(verb) },
  ...times(verb),
  '--json': { observe: trying(verb, { look: isJson }) },
  ...everywhere(verb),
});

const read: Arguments = (history) => [history.read];

/** By the command that takes them; those that add to the history come last. */
export const HISTORY_FLAGS: Readonly<Record<string, FlagEffects>> = {
  calls: listing('calls', 'outcome!=ok'),
  traces: { ...listing('traces', 'outcome!=ok'), '--newest': { observe: trying('traces') } },
  workflows: listing('workflows', 'status=failed'),
  'search-quality': listing('search-quality', 'zero_results=true'),
  stats: {
    '--range': { value: '24h', observe: trying('stats') },
    '--json': { observe: trying('stats', { look: isJson }) },
    ...everywhere('stats'),
  },
  instances: { '--json': { observe: trying('instances', { look: isJson }) }, ...everywhere('instances') },
  bundle: {
    '--q': { value: 'outcome=ok', observe: trying('bundle', { look: code }) },
    '--compact': {
      observe: trying('bundle', { args: read, look: ({ stdout }) => stdout.includes(String.raw`{\"n\":1}`) }),
    },
    '--output': {
      observe: trying('bundle', { args: read, value: ({ folder }) => join(folder, 'bundle.json'), look: isSilent }),
    },
    ...everywhere('bundle', read),
  },
  report: {
    '--q': { value: 'outcome=ok', observe: trying('report', { look: code }) },
    '--raw': { observe: trying('report', { args: read, look: ({ stdout }) => stdout.includes('```json') }) },
    '--json': { observe: trying('report', { args: read, look: isJson }) },
    ...everywhere('report', read),
  },
  export: {
    '--q': { value: 'outcome!=ok', observe: trying('export') },
    '--kind': { value: 'searches', observe: trying('export') },
    '--format': { value: 'csv', observe: trying('export') },
    ...times('export'),
    '--output': { observe: trying('export', { value: ({ folder }) => join(folder, 'calls.jsonl'), look: isSilent }) },
    ...everywhere('export'),
  },
  replay: {
    '--q': { value: 'tool~read outcome=ok', observe: trying('replay', { look: code }) },
    '--set': {
      value: 'n=5',
      observe: trying('replay', { args: read, look: (_end, history) => history.last()?.arguments }),
    },
    '--tool': {
      observe: trying('replay', {
        args: read,
        value: ({ slug }) => slug('work'),
        look: (_end, history) => history.last()?.tool,
      }),
    },
    '--yes': { observe: trying('replay', { args: ({ wiped }) => [wiped], look: code }) },
    '--json': { observe: trying('replay', { args: read, look: isJson }) },
    ...everywhere('replay', read),
  },
  tail: {
    '--q': { value: 'outcome!=ok', observe: trying('tail', { look: ({ stdout }) => / {2}ok {2}/.test(stdout) }) },
    '--json': { observe: trying('tail', { look: isJson }) },
    ...everywhere('tail'),
  },
};
